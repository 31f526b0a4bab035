/** How jest runs Medley's tests: TypeScript by swc, native ES modules, no module mocks. Start it with scripts/jest.sh. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  injectGlobals: false,
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.medley/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', keepClassNames: true },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

const project = (displayName, testMatch) => ({ ...shared, displayName, testMatch });

export default {
  projects: [
    project('unit', [
      '<rootDir>/src/**/*.test.ts',
      '<rootDir>/cmd/**/*.test.ts',
      '<rootDir>/examples/**/*.test.ts',
      '!**/examples/{notebook-weight,python-scorer,typescript-scorer}/**',
      '<rootDir>/test/{bench,drift,support}/**/*.test.ts',
    ]),
    project('integration', ['<rootDir>/test/integration/**/*.test.ts']),
    project('faults', ['<rootDir>/test/faults/**/*.test.ts']),
    project('cluster', ['<rootDir>/test/cluster/**/*.test.ts']),
    // What measures: for a quiet machine, by hand.
    project('cluster-drills', ['<rootDir>/test/cluster/**/*.drill.ts']),
    project('chart', ['<rootDir>/test/chart/**/*.test.ts']),
    // Examples that need a broker, and some of them Python.
    project('notebook-weight', ['<rootDir>/examples/{notebook-weight,python-scorer,typescript-scorer}/**/*.test.ts']),
  ],
};
