import type { Settings } from './child.ts';
import type { Child, Children } from './children.ts';
import { criteria } from './four-scorers.ts';

/** The systems that are measured: each starts its processes and hands back its caller. */
export type Start = (children: Children, base: Settings) => Promise<Child>;

const startScorers = (children: Children, base: Settings, file: string): Promise<Child[]> =>
  Promise.all(criteria.map((criterion) => children.start(file, { ...base, criterion })));

const startHttp: Start = async (children, base) => {
  const servers = await startScorers(children, base, 'http-scorer.ts');
  return children.start('http-caller.ts', { ...base, ports: servers.map(({ port }) => port ?? 0) });
};

const startNaive =
  (style: Settings['style']): Start =>
  async (children, base) => {
    const settings = { ...base, style };
    await startScorers(children, settings, 'naive-scorer.ts');
    return children.start('naive-caller.ts', settings);
  };

const startMedley =
  (engine: Settings['engine']): Start =>
  async (children, base) => {
    const settings = { ...base, engine };
    await Promise.all([
      startScorers(children, settings, 'medley-scorer.ts'),
      children.start('medley-aggregator.ts', settings),
    ]);
    return children.start('medley-caller.ts', settings);
  };

export const systems: Readonly<Record<string, Start>> = {
  medley: startMedley('inline'),
  'medley-threads': startMedley('threads'),
  http: startHttp,
  naive: startNaive('tutorial'),
  'naive-tuned': startNaive('tuned'),
};
