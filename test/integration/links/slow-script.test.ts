import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEBIAN_PYTHON, missing, skipBecause, type Requirement } from '../../support/requires.js';
import { run, type Run } from '../../support/run.js';
import { startServer, type Server } from '../../support/server/server.js';

const STEP_S = 0.2;

/** A stretch of this length must be as it should be, s, and come within so much, ms: machines are busy, queues are there for good. */
const STRETCH_S = 4;
const WITHIN_MS = 40_000;

interface Picture {
  /** From the first one on, s. */
  readonly at: number;
  readonly age: number;
  /** Its width, and what tells its quality. */
  readonly size: string;
}

/** Debian's Python that works on each picture for a while, see `test/readers/slow.py`. */
function script(kind: string, url: string, stepS: number, seconds: number): Run {
  const file = fileURLToPath(new URL('../../readers/slow.py', import.meta.url));
  return run(DEBIAN_PYTHON, [file, kind, url, String(stepS), String(seconds)]);
}

/** What it has printed so far, without a line that is not complete. */
function pictures(slow: Run): Picture[] {
  const lines = slow.output().split('\n').slice(0, -1);
  return lines.map(line => {
    const [at, age, ...size] = line.split(' ');
    return { at: Number(at), age: Number(age), size: size.join(' ') };
  });
}

/** The last so many seconds. */
function lastStretch(all: readonly Picture[]): Picture[] {
  const end = all.at(-1)?.at ?? 0;
  expect(end, 'seconds of pictures').toBeGreaterThan(STRETCH_S);
  return all.filter(({ at }) => at >= end - STRETCH_S);
}

/** As on a machine that koffi has nothing for. */
const WITHOUT_KOFFI = new URL('../../support/server/without-koffi.mjs', import.meta.url).href;

const KINDS: readonly (readonly [what: string, kind: string, needs: Requirement])[] = [
  ['that says next', 'next', 'python3-websockets'],
  ['whose library reads one message ahead', 'one', 'python3-websockets'],
  ['that blocks its event loop', 'blocking', 'python3-websockets'],
  ['that reads parts with requests', 'requests', 'python3-requests'],
  ['that reads chunks with requests', 'iterated', 'python3-requests'],
  ['that reads parts with aiohttp', 'aiohttp', 'python3-aiohttp'],
];

describe.runIf(process.platform === 'linux').each([
  { where: 'a script that is slow itself, on a fast link', host: '127.0.0.1', env: {}, kinds: KINDS },
  {
    where: 'a script that is slow itself, on the machine of a server without koffi',
    host: '127.0.0.1',
    env: { NODE_OPTIONS: `--import ${WITHOUT_KOFFI}` },
    kinds: KINDS,
  },
  {
    // As far as addresses tell: who connects to this one does so from 127.0.0.1.
    where: 'a script that is slow itself, on another machine than a server without koffi',
    host: '127.0.0.2',
    env: { NODE_OPTIONS: `--import ${WITHOUT_KOFFI}` },
    kinds: KINDS.filter(([, , needs]) => needs === 'python3-requests'),
  },
])('$where,', ({ host, env, kinds }) => {
  let server: Server;
  /** What a program gets that is given what it asked for, whatever its link seems to carry. */
  let asked: string | undefined;
  beforeAll(async () => {
    server = await startServer(['--source', 'test', '--size', '1280x720', '--host', host], { env });
    if (missing('python3-requests') !== undefined) return;
    await using once = script('requests', `${server.url}/video_feed?mode=fixed`, 0, 0);
    await once.exited;
    asked = pictures(once)[0]?.size;
  });
  afterAll(() => server.stop());

  it.concurrent.for(kinds)(
    '%s gets fresh pictures at its own rate, whole and as good as it asked for',
    async ([, kind, needs], context) => {
      skipBecause(context, missing(needs, 'python3-requests'));
      const isWebSocket = needs === 'python3-websockets';
      const url = isWebSocket ? `${server.url.replace('http', 'ws')}/ws` : `${server.url}/video_feed`;
      await using slow = script(kind, url, STEP_S, 60);
      const settled = () => {
        const stretch = lastStretch(pictures(slow));
        const interval = STRETCH_S / stretch.length;
        expect(interval, 'interval').toBeLessThan(1.5 * STEP_S);
        const ages = stretch.map(({ age }) => age).toSorted((a, b) => a - b);
        expect(ages[Math.floor(ages.length * 0.9)], 'age of all but the oldest tenth').toBeLessThan(2 * interval);
        expect(new Set(stretch.map(({ size }) => size))).toEqual(new Set([asked]));
      };
      await vi.waitFor(settled, { timeout: WITHIN_MS, interval: 100 });
    },
  );
});
