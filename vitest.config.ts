import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.{unit,int,e2e,fault,browser}.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', '.ates/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
});
