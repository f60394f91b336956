import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

export default defineConfig({
  root,
  // Unit tests run on the TypeScript source; integration tests start the built server, as a user does.
  resolve: { conditions: ['@framewire/source'] },
  ssr: { resolve: { conditions: ['@framewire/source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    // Far above what any test takes: both cores may be busy with something else.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', ['json', { outputFile: 'test/.report.json' }]],
  },
});
