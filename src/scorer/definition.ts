import type { ScoreResult, ScorerDefinition } from '../contract/scoring.ts';

/** Where a module's definition is made. */
export interface ModuleAddress {
  url: string;
  export: string;
  args: readonly unknown[];
}

const isDefinition = (value: unknown): value is ScorerDefinition => {
  if (typeof value !== 'object' || value === null) return false;
  const { needs, load, score } = value as Record<string, unknown>;
  return Array.isArray(needs) && typeof load === 'function' && typeof score === 'function';
};

/**
 * Imports a module and has it make its scorer definition.
 *
 * @throws Error saying what is wrong with the module
 */
export const importDefinition = async (address: ModuleAddress): Promise<ScorerDefinition> => {
  const module = (await import(address.url)) as Record<string, unknown>;
  const create = module[address.export];
  if (typeof create !== 'function') throw new Error(`${address.url} exports no function ${address.export}`);
  const definition: unknown = await create(...address.args);
  if (isDefinition(definition)) return definition;
  throw new Error(`${address.export} of ${address.url} did not return { needs, load, score }`);
};

/** Whether a scorer answers later. */
export const isPromise = (result: unknown): result is PromiseLike<ScoreResult> =>
  typeof result === 'object' && result !== null && typeof (result as { then?: unknown }).then === 'function';
