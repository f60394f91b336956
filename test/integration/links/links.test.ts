import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PartReader } from '../../../client/src/pipeline/part-reader.js';
import { EmulatedLink } from '../../support/link/emulated-link.js';
import { eventually } from '../../support/eventually.js';
import { startServer } from '../../support/server/server.js';
import { Viewer } from '../../support/server/viewer.js';

/** The test pattern in a quality that takes some 8 Mbit/s. */
const RICH = { quality: 95 } as const;
const SOURCE = ['--source', 'test', '--size', '1280x720'];

/** Whatever this machine is busy with: without a controller pictures behind these links are older within seconds. */
const MOST_MS = 1000;

/** Nothing is to be learned from how long this machine takes: a fault is there for good, ms. */
const LONG_MS = 40_000;

/** The server's clock minus that of `receivedAt`, ms. */
const CLOCKS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** How old most of the last so many frames were at most, ms; Infinity before there are so many. A queue makes all old. */
function medianAge(viewer: Viewer, last: number): number {
  const frames = viewer.frames.slice(-last);
  const ages = frames.map(({ header, receivedAt }) => receivedAt + CLOCKS - (header?.capturedAt ?? 0));
  return frames.length < last ? Infinity : median(ages);
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;

describe('a viewer behind a slow link', () => {
  it('is given a smaller rendition, told why, and kept fresh', async () => {
    await using server = await startServer(SOURCE);
    await using link = await EmulatedLink.start({ host: '127.0.0.1', port: server.port }, { rate: 1e6, rttMs: 40 });
    await using viewer = await Viewer.open(link.url, { subscribe: { ...RICH, mode: 'auto' } });
    const chosen = () => viewer.messages.filter(message => message.type === 'subscribed');
    const isSmaller = () => {
      const last = chosen().at(-1);
      return last?.cause === 'link' && last.why.includes('link') && last.rendition.width < 1280;
    };
    // The proxy takes what the link does not carry, so it looks like a reader that is slow: few frames, but fresh ones.
    await eventually(() => isSmaller() && medianAge(viewer, 20) < MOST_MS, 'twenty small frames, fresh', LONG_MS);
    expect(chosen()[0]).toMatchObject({ cause: 'asked', mode: 'auto' });
  });

  it('is given what it asked for and nothing else when it says so, and is kept fresh as well', async () => {
    await using server = await startServer(SOURCE);
    await using link = await EmulatedLink.start({ host: '127.0.0.1', port: server.port }, { rate: 2e6, rttMs: 40 });
    await using viewer = await Viewer.open(link.url, { subscribe: { ...RICH, mode: 'fixed' } });
    await eventually(() => viewer.frameCount >= 30 && medianAge(viewer, 20) < MOST_MS, 'fresh frames', LONG_MS);
    expect(viewer.messages.filter(message => message.type === 'subscribed')).toHaveLength(1);
  });

  it('has a new picture soon after the link stood still, and no more old ones than were on their way', async () => {
    await using server = await startServer(SOURCE);
    await using link = await EmulatedLink.start({ host: '127.0.0.1', port: server.port }, { rate: 5e6, rttMs: 40 });
    await using viewer = await Viewer.open(link.url, { subscribe: { ...RICH, mode: 'auto' } });
    await eventually(() => viewer.frameCount >= 30, 'thirty frames', LONG_MS);
    await link.pause();
    const lastAt = () => viewer.frames.at(-1)?.receivedAt ?? 0;
    await eventually(() => performance.now() - lastAt() > 2000, 'two seconds of nothing');
    const before = viewer.frameCount;
    const oldestAt = performance.now() + CLOCKS - MOST_MS;
    await link.resume();
    await eventually(() => viewer.frameCount >= before + 10, 'ten frames more', LONG_MS);
    // Those from before the standstill, whenever they arrive.
    const old = viewer.frames.slice(before).filter(({ header }) => (header?.capturedAt ?? 0) < oldestAt);
    expect(old.length).toBeLessThanOrEqual(4);
  });
});

describe('a viewer behind a shaper that lets bursts pass', () => {
  it('gets its former picture back after the link has fallen and risen', async () => {
    await using server = await startServer(SOURCE);
    const rates = { rate: 20e6, burst: 65_536, rttMs: 20 };
    await using link = await EmulatedLink.start({ host: '127.0.0.1', port: server.port }, rates);
    await using viewer = await Viewer.open(link.url, { subscribe: { ...RICH, mode: 'auto' } });
    const answers = () => viewer.messages.filter(message => message.type === 'subscribed');
    const isFull = () => answers().at(-1)?.rendition.quality === RICH.quality;
    const shown = () => viewer.frames.at(-1)?.header?.width;
    await eventually(isFull, 'the full picture', LONG_MS);
    await link.set({ rate: 1e6 });
    await eventually(() => (shown() ?? 1280) < 1280, 'smaller pictures', LONG_MS);
    const before = viewer.frameCount;
    await eventually(() => viewer.frameCount >= before + 60, 'sixty of them', LONG_MS);
    await link.set({ rate: 20e6 });
    await eventually(isFull, 'the full picture again', LONG_MS);
  });
});

describe('a program behind a slow link, which cannot be told that the size changes', () => {
  const sizesOf = async (jpegs: readonly Uint8Array[]) => {
    const all = await Promise.all(jpegs.map(jpeg => sharp(jpeg).metadata()));
    return [...new Set(all.map(({ width, height }) => `${width}x${height}`))];
  };

  it('gets pictures of one size at /video_feed, fresh ones, and none twice', async () => {
    await using server = await startServer(SOURCE);
    await using link = await EmulatedLink.start({ host: '127.0.0.1', port: server.port }, { rate: 5e6, rttMs: 40 });
    const gone = new AbortController();
    const { body } = await fetch(`${link.url}/video_feed?quality=${RICH.quality}`, { signal: gone.signal });
    const reader = new PartReader();
    const [jpegs, receivedAges]: [Uint8Array[], number[]] = [[], []];
    for await (const chunk of body ?? []) {
      jpegs.push(...reader.push(chunk));
      const takenAt = /X-Timestamp: (\d+\.\d+)\r/.exec(Buffer.from(chunk).toString('latin1'))?.[1];
      if (takenAt !== undefined) receivedAges.push(Date.now() - Number(takenAt) * 1000);
      if (jpegs.length >= 60) break;
    }
    gone.abort();
    expect(await sizesOf(jpegs)).toEqual(['1280x720']);
    expect(median(receivedAges.slice(-20))).toBeLessThan(MOST_MS);
    expect(new Set(jpegs.map(jpeg => Buffer.from(jpeg).toString('base64'))).size).toBe(jpegs.length);
  });

  it('gets pictures of one size over a WebSocket without headers, although others take all renditions', async () => {
    await using server = await startServer([...SOURCE, '--max-renditions', '2']);
    await using link = await EmulatedLink.start({ host: '127.0.0.1', port: server.port }, { rate: 3e6, rttMs: 40 });
    await using small = await Viewer.open(server.url, { subscribe: { maxWidth: 320 } });
    await using large = await Viewer.open(server.url, { subscribe: { maxWidth: 800 } });
    await eventually(() => small.frameCount > 0 && large.frameCount > 0, 'both renditions', LONG_MS);
    await using viewer = await Viewer.open(link.url, { subscribe: { ...RICH, mode: 'auto', headers: false } });
    // The proxy takes what the link does not carry, so it looks like a reader that is slow: few frames, but fresh ones.
    await eventually(() => viewer.frameCount >= 30, 'thirty frames', LONG_MS);
    expect(await sizesOf(viewer.frames.map(({ payload }) => payload))).toEqual(['1280x720']);
    const before = [small, large].map(({ frameCount }) => frameCount);
    const areServed = () => small.frameCount > (before[0] ?? 0) && large.frameCount > (before[1] ?? 0);
    await eventually(areServed, 'frames for all', LONG_MS);
  });
});

describe('a viewer on this machine', () => {
  it('has what it asked for soon, in automatic mode as well', async () => {
    await using server = await startServer(SOURCE);
    await using viewer = await Viewer.open(server.url, { subscribe: { ...RICH, mode: 'auto' } });
    await eventually(() => viewer.frames.at(-1)?.header?.width === 1280, 'a picture of full size', LONG_MS);
  });
});
