import type { KubeObject } from '../kube/object.ts';

/** Why a pod does not run, in one word and one sentence. */
export interface Trouble {
  reason: string;
  message: string;
}

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number };
}

interface ContainerStatus {
  image?: string;
  ready?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

interface PodStatus {
  phase?: string;
  containerStatuses?: ContainerStatus[];
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
}

const pullReasons = new Set(['ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull', 'InvalidImageName']);
const configReasons = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
const errorLevel = 50;
const longestWords = 300;

/** What a log line says: the message of JSON as Medley's processes write it, else the line. */
const readLine = (line: string): { level: number; text: string } => {
  try {
    const {
      level = 0,
      msg,
      err,
      faults,
    } = JSON.parse(line) as {
      level?: number;
      msg?: string;
      err?: { message?: string };
      faults?: string[];
    };
    // The message of what is wrong with the environment holds every fault already.
    const more = faults === undefined ? err?.message : undefined;
    return { level, text: [msg, more].filter((part) => part !== undefined).join(': ') || line };
  } catch {
    return { level: 0, text: line };
  }
};

/** The last thing a process had to say: its last error, else its last line. */
export const lastWords = (log: string): string => {
  const lines = log
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(readLine);
  const error =
    lines.findLast(({ level }) => level >= errorLevel) ??
    lines.findLast(({ text }) => /\b\w*(Error|Exception)\b: /.test(text));
  const words = ((error ?? lines.at(-1))?.text ?? '').replace(/\s+/g, ' ').trim();
  return words.length > longestWords ? `${words.slice(0, longestWords)} …` : words;
};

const waitingTrouble = (waiting: { reason?: string; message?: string }, image: string): Trouble | null => {
  const { reason = '', message } = waiting;
  if (pullReasons.has(reason)) {
    // Tries and waits take turns; what is wrong stays the same, and so does the sentence.
    const said = (message ?? reason).replace(/^Back-off pulling image "[^"]*":? ?(ErrImagePull: )?/, '');
    return { reason: 'ImagePull', message: `image ${image} can't be pulled${said === '' ? '' : `: ${said}`}` };
  }
  if (!configReasons.has(reason)) return null;
  return { reason: 'ContainerConfig', message: `the container can't be made: ${message ?? reason}` };
};

const endedTrouble = ({ state, lastState, restartCount = 0 }: ContainerStatus): Trouble | null => {
  const ended = state?.terminated ?? lastState?.terminated;
  if (ended === undefined) return null;
  const words = lastWords(ended.message ?? '');
  const times = restartCount + (state?.terminated === undefined ? 0 : 1);
  const how = `ended ${times === 1 ? 'once' : `${times} times`}, last with code ${ended.exitCode ?? '?'} (${ended.reason ?? 'Error'})`;
  return { reason: 'CrashLoop', message: `the process ${how}${words === '' ? '' : `, saying: ${words}`}` };
};

const containerTrouble = (status: ContainerStatus): Trouble | null =>
  waitingTrouble(status.state?.waiting ?? {}, status.image ?? '') ??
  (status.ready === true ? null : endedTrouble(status));

/** The first trouble of a pod; null: none that is known. */
export const podTrouble = (pod: KubeObject): Trouble | null => {
  if (pod.metadata.deletionTimestamp !== undefined) return null;
  const status = (pod.status ?? {}) as PodStatus;
  const unscheduled = status.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  if (unscheduled?.reason === 'Unschedulable') {
    return { reason: 'Unschedulable', message: `no node takes it: ${unscheduled.message ?? ''}` };
  }
  for (const container of status.containerStatuses ?? []) {
    const trouble = containerTrouble(container);
    if (trouble !== null) return trouble;
  }
  return null;
};
