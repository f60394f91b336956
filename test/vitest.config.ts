import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

export default defineConfig({
  root,
  // Unit tests run on the TypeScript source; integration tests start the built server, as a user does.
  resolve: { conditions: ['@framewire/source'] },
  ssr: { resolve: { conditions: ['@framewire/source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ['default', ['json', { outputFile: 'test/.report.json' }]],
  },
});
