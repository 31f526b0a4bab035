/**
 * Who may import whom in `src/`: the one table of import directions, and the Biome overrides made from it.
 * `npm run generate:directions` writes biome.rooms.json; test/drift holds the file to the table and the lint to both.
 */
import { writeFileSync } from 'node:fs';

/** Every folder of `src/` and the other folders it may import. `'*'` is everything: only what puts processes together. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  broker: ['contract'],
  store: ['contract'],
  runtime: ['contract'],
  console: ['contract'],
  criteria: ['contract'],
  scatter: ['contract', 'broker'],
  gateway: ['contract', 'broker', 'store', 'runtime', 'scatter', 'console'],
  scorer: ['contract', 'broker', 'runtime', 'criteria'],
  aggregator: ['contract', 'broker', 'store', 'runtime', 'scatter'],
  trainer: ['contract', 'broker', 'store', 'runtime', 'criteria'],
  operator: ['contract', 'broker', 'runtime'],
  evaluation: ['contract', 'store', 'runtime', 'criteria', 'aggregator'],
  cli: ['*'],
};

/** Packages that one room keeps to itself. */
export const OWNED_PACKAGES: Readonly<Record<string, string>> = {
  amqplib: 'broker',
  express: 'gateway',
  helmet: 'gateway',
  kysely: 'store',
  pg: 'store',
  'node:sqlite': 'store',
  '@kubernetes/client-node': 'operator',
  '@opentelemetry': 'runtime',
};

/** Rooms that take nothing from outside but these packages: what decides does not talk. */
export const CLOSED_ROOMS: Readonly<Record<string, readonly string[]>> = { contract: ['zod'], criteria: [] };

/** What a unit test beside a closed room's source may import besides. */
export const TEST_PACKAGES = ['node:*', '@jest/globals', 'ajv', 'fast-check'] as const;

/** Paths whose results follow from their arguments alone: no clock, no timer, no chance, no environment. */
export const PURE_PATHS = [
  'src/contract/**',
  'src/criteria/**',
  'src/aggregator/gather*',
  'src/aggregator/fuse*',
  'src/aggregator/rules*',
  'src/aggregator/explain*',
  'src/operator/resources/**',
  'src/operator/conditions/**',
] as const;

const OUTSIDE_SRC = ['cmd', 'test', 'scripts', 'examples'];

/** Wires processes together, so it may import every room; packages with an owner stay with their owner. */
const importsEverything = (room: string): boolean => ROOMS[room]?.includes('*') ?? false;

const inFolders = (folders: readonly string[]): string => `**/{${folders.join(',')}}/**`;

interface Restriction {
  readonly group: readonly string[];
  readonly message: string;
}

const roomRestrictions = (room: string): Restriction[] => {
  const others = Object.keys(ROOMS).filter((other) => !ROOMS[room]?.includes(other) && other !== room);
  const closedTo = [...(importsEverything(room) ? [] : others), ...OUTSIDE_SRC];
  const allowed = ROOMS[room]?.length ? ROOMS[room]?.join(', ') : 'no other room';
  return [
    {
      group: [inFolders(closedTo), '!**/test/support/**'],
      message: `src/${room} imports ${importsEverything(room) ? 'rooms of src' : allowed} only (scripts/directions.ts).`,
    },
  ];
};

const packageRestrictions = (room: string): Restriction[] =>
  Object.entries(OWNED_PACKAGES)
    .filter(([, owner]) => owner !== room)
    .map(([name, owner]) => ({
      group: [name, `${name}/**`],
      message: `Only src/${owner} imports ${name} (scripts/directions.ts).`,
    }));

const closedRestrictions = (room: string, packages: readonly string[]): Restriction[] => [
  {
    group: ['**', '!.*/**', ...packages.flatMap((name) => [`!${name}`, `!${name}/**`])],
    message: `src/${room} is pure: it imports ${packages.join(', ') || 'no package'} only (scripts/directions.ts).`,
  },
];

const override = (includes: readonly string[], patterns: readonly Restriction[]) => ({
  includes,
  linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
});

const roomOverrides = (room: string) => {
  const rooms = roomRestrictions(room);
  const closed = CLOSED_ROOMS[room];
  if (!closed) return [override([`src/${room}/**`], [...rooms, ...packageRestrictions(room)])];
  return [
    override([`src/${room}/**`], [...rooms, ...closedRestrictions(room, closed)]),
    override([`src/${room}/**/*.test.ts`], [...rooms, ...closedRestrictions(room, [...closed, ...TEST_PACKAGES])]),
  ];
};

const AMBIENT = {
  setTimeout: 'timers',
  setInterval: 'timers',
  setImmediate: 'timers',
  performance: 'the clock',
  process: 'the environment',
  crypto: 'ids',
  fetch: 'the network',
};

const purity = {
  includes: [...PURE_PATHS, '!**/*.test.ts'],
  linter: {
    rules: {
      style: {
        noRestrictedGlobals: {
          level: 'error',
          options: {
            deniedGlobals: Object.fromEntries(
              Object.entries(AMBIENT).map(([name, what]) => [
                name,
                `This file is pure: ${what} come in as parameters.`,
              ]),
            ),
          },
        },
      },
      nursery: {
        noJsRestrictedProperties: {
          level: 'error',
          options: {
            entries: [
              { object: 'Date', property: 'now', message: 'This file is pure: the clock comes in as a parameter.' },
              { object: 'Math', property: 'random', message: 'This file is pure: randomness comes in as a parameter.' },
            ],
          },
        },
      },
    },
  },
};

/** The text of biome.rooms.json. */
export const renderRooms = (): string =>
  `${JSON.stringify({ overrides: [...Object.keys(ROOMS).flatMap(roomOverrides), purity] }, null, 2)}\n`;

if (import.meta.main) writeFileSync(new URL('../biome.rooms.json', import.meta.url), renderRooms());
