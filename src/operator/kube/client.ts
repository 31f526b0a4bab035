import { request } from 'undici';
import type { Metrics } from '../../runtime/metrics.ts';
import type { Access } from './access.ts';
import { isStatus, KubeError } from './errors.ts';
import { groupPath, type Kind, kindOf, kinds } from './kinds.ts';
import type { KubeObject } from './object.ts';
import type { Kube, Selector, WatchEvent } from './port.ts';
import { readLines } from './read-lines.ts';

export interface KubeClientOptions {
  access: Access;
  namespace: string;
  metrics: Metrics;
}

/** One call may take so long, ms; a watch has its own limit. */
const callLimitMs = 10_000;
const pageSize = 500;

interface Call {
  verb: string;
  /** Of what, for the metric. */
  plural: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  type?: string;
  signal?: AbortSignal;
  silenceMs?: number;
}

const selectorQuery = ({ labels, name }: Selector = {}): Record<string, string> => ({
  ...(labels === undefined
    ? {}
    : {
        labelSelector: Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      }),
  ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
});

/** Who owns which field is the API server's business; it makes up half of what would be kept. */
const slim = (object: KubeObject): KubeObject => {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
};

/** The API's own account of a refusal, as an error. */
const refusal = (status: number, text: string, retryAfter: string | undefined): KubeError => {
  const retryAfterMs = retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : null;
  try {
    const body = JSON.parse(text) as { reason?: string; message?: string };
    return new KubeError(status, body.reason ?? '', body.message ?? `status ${status}`, { retryAfterMs });
  } catch {
    return new KubeError(status, '', text.slice(0, 200) || `status ${status}`, { retryAfterMs });
  }
};

/** The Kubernetes port on a real API server: HTTP as the API documents it, authentication by the official client. */
export const createKubeClient = ({ access, namespace, metrics }: KubeClientOptions): Kube => {
  const count = ({ verb, plural }: Call, result: string): void =>
    metrics.count('medley_operator_api_calls_total', { verb, kind: plural, result });

  const open = async (call: Call) => {
    const { headers, dispatcher } = await access.authenticate();
    const query = new URLSearchParams(call.query).toString();
    const limitMs = call.silenceMs ?? callLimitMs;
    const response = await request(`${access.server}${call.path}${query === '' ? '' : `?${query}`}`, {
      method: call.method,
      headers: { ...headers, accept: 'application/json', 'content-type': call.type ?? 'application/json' },
      headersTimeout: callLimitMs,
      bodyTimeout: limitMs,
      ...(dispatcher === undefined ? {} : { dispatcher }),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: call.signal ?? AbortSignal.timeout(callLimitMs),
    });
    if (response.statusCode < 400) return response;
    if (response.statusCode === 401) access.forget();
    const retryAfter = response.headers['retry-after'];
    throw refusal(response.statusCode, await response.body.text(), retryAfter?.toString());
  };

  /** Counts it, and makes one kind of error of whatever goes wrong. */
  const counted = async <T>(call: Call, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      count(call, 'ok');
      return result;
    } catch (cause) {
      if (cause instanceof KubeError) {
        count(call, String(cause.status));
        throw cause;
      }
      count(call, 'unreachable');
      access.forget();
      const message = cause instanceof Error ? cause.message : String(cause);
      // biome-ignore lint/style/useErrorCause: it is passed, after what is told of the answer
      throw new KubeError(0, 'Unreachable', `the API server did not answer: ${message}`, { cause });
    }
  };
  const send = <T>(call: Call): Promise<T> => counted(call, async () => (await (await open(call)).body.json()) as T);

  const pathOf = (kind: Kind, name?: string, subresource?: string): string =>
    [`${groupPath(kind)}/namespaces/${namespace}/${kind.plural}`, name, subresource]
      .filter((part) => part !== undefined)
      .join('/');
  const orNull = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      return await work;
    } catch (cause) {
      if (isStatus(cause, 404)) return null;
      throw cause;
    }
  };
  const targetOf = (object: KubeObject, subresource?: string): Kind =>
    subresource === 'scale' ? kindOf({ apiVersion: 'apps/v1', kind: 'Deployment' }) : kindOf(object);

  return {
    get: (kind, name) =>
      orNull(send<KubeObject>({ verb: 'get', plural: kind.plural, method: 'GET', path: pathOf(kind, name) })),
    async list(kind, selector) {
      const items: KubeObject[] = [];
      let page: Record<string, string> = {};
      for (;;) {
        const query = { ...selectorQuery(selector), ...page, limit: String(pageSize) };
        const call: Call = { verb: 'list', plural: kind.plural, method: 'GET', path: pathOf(kind), query };
        const got = await send<{
          items: KubeObject[];
          metadata: { resourceVersion: string; continue?: string };
        }>(call);
        // Items of a list carry neither.
        items.push(...got.items.map((one) => slim({ ...one, apiVersion: kind.apiVersion, kind: kind.kind })));
        if (!got.metadata.continue) return { items, resourceVersion: got.metadata.resourceVersion };
        page = { continue: got.metadata.continue };
      }
    },
    watch(kind, { resourceVersion, selector, timeoutS, silenceMs, signal }, onEvent) {
      const query = {
        ...selectorQuery(selector),
        ...{ watch: 'true', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: String(timeoutS) },
      };
      const shared = { verb: 'watch', plural: kind.plural, method: 'GET', path: pathOf(kind) } as const;
      const call: Call = { ...shared, query, signal, silenceMs };
      return counted(call, async () => {
        const { body } = await open(call);
        for await (const line of readLines(body)) {
          const event = JSON.parse(line) as WatchEvent;
          if (event.type !== 'ERROR') slim(event.object);
          onEvent(event);
        }
      });
    },
    apply(object, { manager, subresource }) {
      const kind = targetOf(object, subresource);
      return send<KubeObject>({
        ...{ verb: 'apply', plural: kind.plural, method: 'PATCH' },
        path: pathOf(kind, object.metadata.name, subresource),
        query: { fieldManager: manager, force: 'true' },
        type: 'application/apply-patch+yaml',
        body: object,
      }).then(slim);
    },
    create(object) {
      const kind = kindOf(object);
      const call = { verb: 'create', plural: kind.plural, method: 'POST', path: pathOf(kind) } as const;
      return send<KubeObject>({ ...call, body: object });
    },
    replace(object) {
      const kind = kindOf(object);
      const path = pathOf(kind, object.metadata.name);
      return send<KubeObject>({ verb: 'update', plural: kind.plural, method: 'PUT', path, body: object });
    },
    merge: (kind, name, patch) =>
      send<KubeObject>({
        ...{ verb: 'patch', plural: kind.plural, method: 'PATCH', path: pathOf(kind, name) },
        type: 'application/merge-patch+json',
        body: patch,
      }),
    async remove(kind, name) {
      const call = { verb: 'delete', plural: kind.plural, method: 'DELETE', path: pathOf(kind, name) } as const;
      return (await orNull(send<unknown>({ ...call, body: { propagationPolicy: 'Background' } }))) !== null;
    },
    async serves(kind) {
      const call: Call = { verb: 'discover', plural: kind.plural, method: 'GET', path: groupPath(kind) };
      const found = await orNull(send<{ resources: { name: string }[] }>(call));
      return found?.resources.some(({ name }) => name === kind.plural) ?? false;
    },
    async namespaceEnds() {
      const { apiVersion, kind, plural } = kinds.event;
      const object = { apiVersion, kind, metadata: { name: 'probe' }, involvedObject: { namespace }, type: 'Normal' };
      const query = { dryRun: 'All' };
      const call = { verb: 'probe', plural, method: 'POST', path: pathOf(kinds.event), query } as const;
      try {
        await send<unknown>({ ...call, body: object });
        return false;
      } catch (cause) {
        if (cause instanceof KubeError && cause.status === 403) return /being terminated/.test(cause.message);
        throw cause;
      }
    },
  };
};
