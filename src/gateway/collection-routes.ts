import type { Express } from 'express';
import { z } from 'zod';
import { type ProblemCode, ProblemError } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';
import { endpoint, readJson } from './endpoint.ts';
import { parseEach, parseInput } from './parse-input.ts';
import { pageQuerySchema } from './query-request.ts';
import { idInPath } from './recommendation-routes.ts';

/** What a collection of the store can do, in the words of HTTP. */
export interface Collection<T extends { id: string }> {
  /** In the address and in bodies, such as `items`. */
  name: string;
  schema: z.ZodType<T>;
  unknown: ProblemCode;
  get(id: string): Promise<T | null>;
  put(entries: readonly T[]): Promise<void>;
  delete(id: string): Promise<boolean>;
  list(page: { after?: string; limit: number }): Promise<readonly T[]>;
}

/** One collection: read, write and delete by id, read in pages, write in bulk. */
export const addCollectionRoutes = <T extends { id: string }>(app: Express, collection: Collection<T>): void => {
  const { name, schema, unknown } = collection;
  const bulkSchema = z.strictObject({ [name]: z.array(z.unknown()).min(1).max(limits.bulkItems) });
  const bodySchema = z.record(z.string(), z.unknown(), { error: 'must be an object' });
  const missing = (id: string): ProblemError => new ProblemError(unknown, `${name} has no ${JSON.stringify(id)}.`);

  endpoint(app, `/v1/${name}`, {
    async GET(request, response) {
      const { after, limit } = parseInput(pageQuerySchema, request.query, 'invalid-parameter');
      const found = await collection.list({ limit: limit + 1, ...(after === undefined ? {} : { after }) });
      const page = found.slice(0, limit);
      response.json({ [name]: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null });
    },
  });
  endpoint(app, `/v1/${name}/bulk`, {
    async POST(request, response) {
      const body: Record<string, unknown[]> = parseInput(bulkSchema, await readJson(request, response));
      const entries = parseEach(schema, body[name] ?? [], `/${name}`);
      await collection.put(entries);
      response.json({ stored: entries.length });
    },
  });
  endpoint(app, `/v1/${name}/:id`, {
    async GET(request, response) {
      const id = idInPath(request);
      const entry = await collection.get(id);
      if (entry === null) throw missing(id);
      response.json(entry);
    },
    async PUT(request, response) {
      const id = idInPath(request);
      const body = parseInput(bodySchema, await readJson(request, response));
      if (body.id !== undefined && body.id !== id) {
        const detail = `The address says ${JSON.stringify(id)}; leave id out, or make it the same.`;
        throw new ProblemError('invalid-body', detail, { errors: [{ pointer: '/id', detail }] });
      }
      const entry = parseInput(schema, { ...body, id });
      await collection.put([entry]);
      response.json(entry);
    },
    async DELETE(request, response) {
      const id = idInPath(request);
      if (!(await collection.delete(id))) throw missing(id);
      response.status(204).end();
    },
  });
};
