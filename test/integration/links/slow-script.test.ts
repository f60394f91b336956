import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEBIAN_PYTHON, missing, skipBecause, type Requirement } from '../../support/requires.js';
import { run } from '../../support/run.js';
import { startServer, type Server } from '../../support/server/server.js';

const STEP_S = 0.2;

/** Until then the server has learned what it can, s; and so long it must hold. */
const SETTLED_S = 3;
const HOLDS_S = 4;

interface Picture {
  readonly at: number;
  readonly age: number;
  /** Its width, and what tells its quality. */
  readonly size: string;
}

/** What Debian's Python gets when it works on each picture for a while, see `test/readers/slow.py`. */
async function pictures(kind: string, url: string, seconds: number, stepS = STEP_S): Promise<Picture[]> {
  const file = fileURLToPath(new URL('../../readers/slow.py', import.meta.url));
  await using script = run(DEBIAN_PYTHON, [file, kind, url, String(stepS), String(seconds)]);
  const { code } = await script.exited;
  expect({ code, output: script.output() }).toMatchObject({ code: 0 });
  return script
    .output()
    .trim()
    .split('\n')
    .map(line => {
      const [at, age, ...size] = line.split(' ');
      return { at: Number(at), age: Number(age), size: size.join(' ') };
    });
}

describe('a script that is slow itself, on a fast link', { timeout: 60_000 }, () => {
  let server: Server;
  /** What a program gets that takes all. */
  let asked: string | undefined;
  beforeAll(async () => {
    server = await startServer(['--source', 'test', '--size', '1280x720']);
    if (missing('python3-requests') === undefined) {
      asked = (await pictures('requests', `${server.url}/video_feed`, 1, 0)).at(-1)?.size;
    }
  });
  afterAll(() => server.stop());

  const kinds: readonly (readonly [what: string, kind: string, needs: Requirement, settledS?: number])[] = [
    ['that says next', 'next', 'python3-websockets'],
    ['whose library reads one message ahead', 'one', 'python3-websockets'],
    ['that blocks its event loop', 'blocking', 'python3-websockets'],
    ['that reads parts with requests', 'requests', 'python3-requests'],
    ['that reads chunks with requests', 'iterated', 'python3-requests'],
    // Its library reads 128 kB ahead, which must show first, and be read.
    ['that reads parts with aiohttp', 'aiohttp', 'python3-aiohttp', 7],
  ];

  it.concurrent.for(kinds)(
    '%s gets fresh pictures at its own rate, whole and as good as it asked for',
    async ([, kind, needs, settledS = SETTLED_S], context) => {
      skipBecause(context, missing(needs, 'python3-requests'));
      const isWebSocket = needs === 'python3-websockets';
      const url = isWebSocket ? `${server.url.replace('http', 'ws')}/ws` : `${server.url}/video_feed`;
      const settled = (await pictures(kind, url, settledS + HOLDS_S)).filter(({ at }) => at > settledS);
      const passed = (settled.at(-1)?.at ?? 0) - (settled[0]?.at ?? 0);
      const interval = passed / (settled.length - 1);
      // A busy machine may be late; a queue would be there for good.
      expect(interval).toBeLessThan(1.5 * STEP_S);
      const ages = settled.map(({ age }) => age).toSorted((a, b) => a - b);
      expect(ages[Math.floor(ages.length / 2)]).toBeLessThan((isWebSocket ? 2 : 1.5) * interval);
      expect(ages.at(-1)).toBeLessThan((isWebSocket ? 5 : 3) * interval);
      expect(new Set(settled.map(({ size }) => size))).toEqual(new Set([asked]));
    },
  );
});
