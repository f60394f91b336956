import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

/** What a page pays for one live picture, gzipped, bytes. */
const BUDGET = 15_000;

it('keeps /framewire.js light enough to be loaded without a thought', () => {
  const script = readFileSync(new URL('../../client/dist/browser/framewire.js', import.meta.url));
  expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThanOrEqual(BUDGET);
});
