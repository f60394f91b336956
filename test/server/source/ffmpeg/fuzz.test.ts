import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { missing, skipBecause } from '../../../support/requires.js';

const MAIN = fileURLToPath(new URL('../../../fuzz/main.ts', import.meta.url));

/** `npm run fuzz` is the whole of it; this is a share, in a process of its own, because native code may end it. */
it('damaged pictures and streams end nothing, take no memory to speak of, and are counted', context => {
  skipBecause(context, missing('ffmpeg'));
  const node = ['--conditions=@framewire/source', '--import', 'tsx', MAIN, '--jpegs', '1000', '--streams', '40'];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8' });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  const result: unknown = JSON.parse(stdout);
  expect(result).toMatchObject({ jpegs: { sent: 1001 } });
}, 60_000);
