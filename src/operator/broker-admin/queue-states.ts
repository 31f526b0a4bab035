import { z } from 'zod';
import type { Names } from '../../contract/topology.ts';
import { type ManagementClient, path } from './management-client.ts';
import { scorerQueueOf } from './planned.ts';

/** One queue as the broker last counted it: its figures are up to five seconds old. */
export interface QueueState {
  name: string;
  kind: 'classic' | 'quorum';
  messagesReady: number;
  messagesUnacknowledged: number;
  consumers: number;
  /** The node it lives on; of a quorum queue its leader's. */
  node: string;
  /** `running`; `down`: its node is gone; and whatever else RabbitMQ says. */
  state: string;
  /** Nodes that hold a copy; of a classic queue its own alone. */
  members: readonly string[];
}

const count = z.int().min(0).optional();
const rowSchema = z.object({
  name: z.string(),
  type: z.string().default('classic'),
  messages_ready: count,
  messages_unacknowledged: count,
  consumers: count,
  node: z.string().optional(),
  leader: z.string().optional(),
  state: z.string().optional(),
  members: z.array(z.string()).optional(),
});
/** As the API says it; what is undefined is unknown. */
export type Row = z.infer<typeof rowSchema>;

const columns = 'name,type,messages_ready,messages_unacknowledged,consumers,node,leader,state,members' satisfies string;

const toState = (row: Row): QueueState => {
  const node = row.leader ?? row.node ?? '';
  return {
    name: row.name,
    kind: row.type === 'quorum' ? 'quorum' : 'classic',
    messagesReady: row.messages_ready ?? 0,
    messagesUnacknowledged: row.messages_unacknowledged ?? 0,
    consumers: row.consumers ?? 0,
    node,
    state: row.state ?? 'running',
    members: row.members ?? [node],
  };
};

/**
 * The queues of this installation. Where the statistics of one are not there yet (it is new, or the node that kept them
 * was restarted) its messages are asked for by the other way, so that unknown is never read as none.
 */
export const readQueueStates = async (
  client: ManagementClient,
  vhost: string,
  names: Names,
): Promise<readonly QueueState[]> => {
  const list = async (query: string): Promise<Row[]> => {
    const rows = z.array(rowSchema).parse((await client.get(`queues/${path(vhost)}?${query}`)) ?? []);
    return rows.filter(({ name }) => name.startsWith(`${names.prefix}.`));
  };
  const rows = await list(`columns=${columns}`);
  if (rows.every((row) => row.messages_ready !== undefined)) return rows.map(toState);
  const totals = new Map((await list('disable_stats=true&enable_queue_totals=true')).map((row) => [row.name, row]));
  return rows.map((row) => toState(row.messages_ready === undefined ? { ...totals.get(row.name), ...row } : row));
};

/** Looks at one queue now; null: it is gone. Undefined figures: nobody knows. */
export const lookAt = async (client: ManagementClient, vhost: string, queue: string): Promise<Row | null> => {
  const row = await client.get(`queues/${path(vhost, queue)}?columns=${columns}`);
  return row === null ? null : rowSchema.parse(row);
};

/**
 * The criteria whose interactive queue can't be reached because the node that holds it is gone: each needs its queue
 * under the next generation, and a plan that says so. Pure.
 *
 * @param generations the generation each criterion has now
 */
export const lostHomes = (
  names: Names,
  states: readonly QueueState[],
  generations: ReadonlyMap<string, number>,
): readonly string[] =>
  states.flatMap(({ name, state }) => {
    const of = scorerQueueOf(names, name);
    if (of === null || of.lane !== 'interactive' || state !== 'down') return [];
    return generations.get(of.criterion) === of.generation ? [of.criterion] : [];
  });
