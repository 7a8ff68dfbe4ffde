import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const common = {
  exclude: ['**/node_modules/**', 'dist/**', '.ates*/**'],
  pool: 'forks',
  testTimeout: 20_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 10_000 } }, // a busy machine is no failure
} as const;

const shared = { globalSetup: 'tests/system.ts', fileParallelism: false, testTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    // Most tests wait for a database or a process: one less than there are cores, as vitest would have it, idles on two.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      { test: { ...common, name: 'unit', include: ['**/*.unit.test.ts'] } },
      // A real database and broker, started once.
      { test: { ...common, name: 'int', include: ['**/*.int.test.ts'], globalSetup: 'tests/engines.ts' } },
      // The entry point of every function, as a process and, with a Docker engine, as an image.
      {
        test: {
          ...common,
          name: 'template',
          include: ['tests/template/*.test.ts'],
          exclude: ['**/*.unit.test.ts'],
          testTimeout: 60_000,
        },
      },
      // Alert rules, by promtool.
      { test: { ...common, name: 'observe', include: ['tests/observe/rules.test.ts'] } },
      // The whole system, started once; its tests share it, so they take turns.
      { test: { ...common, ...shared, name: 'system', include: ['**/*.{e2e,fault,browser}.test.ts'] } },
      // The system in containers, started once: `npm run test:compose`.
      {
        test: {
          ...common,
          ...shared,
          name: 'compose',
          include: ['tests/compose/*.test.ts'],
          exclude: ['**/*.unit.test.ts'],
          globalSetup: 'tests/compose/stack.ts',
          testTimeout: 300_000,
          hookTimeout: 1_200_000,
        },
      },
      // Every page in every variant, with its timings on a slow phone: `npm run test:pages`, and a part of test:full.
      { test: { ...common, ...shared, name: 'pages', include: ['**/*.matrix.test.ts'], testTimeout: 900_000 } },
      // What takes minutes: `npm run test:full`.
      { test: { ...common, ...shared, name: 'full', include: ['**/*.full.test.ts'], testTimeout: 900_000 } },
    ],
  },
});
