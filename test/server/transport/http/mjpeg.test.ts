import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TcpFigures } from '../../../../server/src/transport/kernel/tcp-info.js';
import { eventually } from '../../../support/eventually.js';
import { openEndpoint } from '../endpoint.js';
import { RawClient } from '../raw-client.js';

const GET = ['GET /video_feed HTTP/1.1', 'Host: localhost'];
const BROWSER = [...GET, 'Accept: image/avif,image/webp,*/*'];

/** A kernel that says what the test wants; without figures, as where it cannot be asked. */
const kernel = vi.hoisted((): { figures: TcpFigures | undefined } => ({ figures: undefined }));
vi.mock('../../../../server/src/transport/kernel/tcp-info.js', () => ({
  openTcpInfo: () => (kernel.figures === undefined ? undefined : { read: () => kernel.figures }),
}));

/** To a real watch, time that is set on by hand looks like a sleep. */
vi.mock('../../../../server/src/time/sleep-watch.js', () => ({ sleepWatch: { isFromBefore: () => false } }));

describe('a multipart viewer', () => {
  it('gets each picture as a part with its length and the boundary behind', async () => {
    await using endpoint = await openEndpoint();
    const { producer } = endpoint.kit;
    producer.live();
    using client = await RawClient.open(endpoint.port);
    client.say(...GET);
    await client.hears('--frame\r\n');
    producer.capture();
    await client.hears('Content-Length: 3\r\n');
    await client.hears('\0\0\0\r\n--frame\r\n');
    expect(client.received).toContain('Content-Type: multipart/x-mixed-replace; boundary=frame\r\n');
    // Chunks would wrap every part once more, and simple readers do not unwrap them.
    expect(client.received).not.toContain('Transfer-Encoding');
  });

  it('leaves its place when it goes', async () => {
    await using endpoint = await openEndpoint();
    {
      using client = await RawClient.open(endpoint.port);
      client.say(...GET);
      await client.hears('--frame');
      expect(endpoint.broadcaster.viewers).toBe(1);
    }
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
    expect(endpoint.kit.stream.info.viewers).toBe(0);
  });

  it('waits behind a request that is never answered to its end, and holds no place meanwhile', async () => {
    await using endpoint = await openEndpoint();
    {
      using client = await RawClient.open(endpoint.port);
      client.say(...GET, '', ...GET, '', ...GET);
      await client.hears('--frame');
      expect(endpoint.broadcaster.viewers).toBe(1);
    }
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
  });

  it('gets the head of the answer alone when it asks for that', async () => {
    await using endpoint = await openEndpoint();
    using client = await RawClient.open(endpoint.port);
    client.say('HEAD /video_feed HTTP/1.1', 'Host: localhost');
    await client.ends();
    expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*multipart\/x-mixed-replace[^]*\r\n\r\n$/);
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
  });

  it.each([
    ['a program', GET, 'jpeg-3840x2160-q10'],
    ['a browser', BROWSER, 'jpeg-1132x636-q30'],
    [
      'a browser that wants one size',
      ['GET /video_feed?size=fixed HTTP/1.1', ...BROWSER.slice(1)],
      'jpeg-3840x2160-q10',
    ],
    ['a program that takes any', ['GET /video_feed?size=auto HTTP/1.1', ...GET.slice(1)], 'jpeg-1132x636-q30'],
  ])(
    'begins with what fills no slow link for long, of the size that it asked for: %s',
    async (_name, asking, rendition) => {
      await using endpoint = await openEndpoint();
      endpoint.kit.producer.live({ width: 3840, height: 2160 });
      using client = await RawClient.open(endpoint.port);
      client.say(...asking);
      await eventually(() => endpoint.kit.stream.info.renditions.length > 0, 'rendition');
      expect(endpoint.kit.stream.info.renditions).toEqual([rendition]);
    },
  );

  it('that must have one size is let go when the source has another shape', async () => {
    await using endpoint = await openEndpoint();
    endpoint.kit.producer.live();
    using client = await RawClient.open(endpoint.port);
    client.say(...GET);
    await eventually(() => endpoint.kit.stream.info.renditions.length > 0, 'rendition');
    endpoint.kit.producer.live({ width: 640, height: 480 });
    await client.ends();
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
  });

  it('is refused when there are as many as there may be', async () => {
    await using endpoint = await openEndpoint(1);
    using first = await RawClient.open(endpoint.port);
    first.say(...GET);
    await first.hears('--frame');
    const second = await fetch(`http://127.0.0.1:${endpoint.port}/video_feed`);
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({ code: 'too-many-viewers' });
  });
});

describe('a program that leaves pictures unread', () => {
  afterEach(() => {
    kernel.figures = undefined;
  });

  it('is asked by a header, bit by bit, and gets the next picture when its window is as large as before', async () => {
    const figures = { ackedBytes: 1e6, minRttMs: 1 };
    kernel.figures = { ...figures, windowBytes: 4e6 };
    await using endpoint = await openEndpoint();
    const { producer } = endpoint.kit;
    producer.live();
    using client = await RawClient.open(endpoint.port);
    client.say(...GET);
    await client.hears('--frame\r\n');
    producer.capture();
    await client.hears('\0\0\0\r\n--frame\r\n');
    kernel.figures = { ...figures, windowBytes: 2e6 };
    const isWanted = () => [...producer.wanted.values()].some(({ fps }) => fps > 0);
    await eventually(isWanted, 'demand');
    producer.capture({ payloadBytes: 5 });
    await client.hears('\r\n--frame\r\nX-Unread: ..');
    expect(isWanted()).toBe(false);
    kernel.figures = { ...figures, windowBytes: 4e6 };
    await eventually(isWanted, 'demand again');
    producer.capture({ payloadBytes: 7 });
    await client.hears('Content-Length: 7\r\n');
    expect(client.received).toMatch(/\r\n--frame\r\nX-Unread: \.+\r\nContent-Type: image\/jpeg\r\n/);
  });
});

describe('a picture that stands still', () => {
  const STILL = 'Content-Length: 3\r\n';
  const NEXT = 'Content-Length: 5\r\n';

  afterEach(() => {
    vi.useRealTimers();
    kernel.figures = undefined;
  });

  /** A viewer that has got one picture; seconds pass when the test says so. */
  async function still(asking = BROWSER) {
    const endpoint = await openEndpoint();
    endpoint.kit.producer.live();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'hrtime'] });
    const client = await RawClient.open(endpoint.port);
    client.say(...asking);
    const { producer } = endpoint.kit;
    await eventually(() => [...producer.wanted.values()].some(({ fps }) => fps > 0), 'demand');
    producer.capture();
    await client.hears(STILL);
    const close = async () => {
      client[Symbol.dispose]();
      await endpoint.close();
    };
    const parts = () => client.received.split(STILL).length - 1;
    return { producer, client, parts, [Symbol.asyncDispose]: close };
  }

  it('is sent again once a second, where the kernel only says that it has taken it', async () => {
    await using viewer = await still();
    for (const parts of [2, 3]) {
      vi.advanceTimersByTime(1000);
      await eventually(() => viewer.parts() === parts, `${parts} parts`);
    }
  });

  it('is not sent again to a program, which may record; a placeholder is, before the program gives up', async () => {
    await using viewer = await still(GET);
    vi.advanceTimersByTime(60_000);
    viewer.producer.capture({ payloadBytes: 5 });
    await viewer.client.hears(NEXT);
    expect(viewer.parts()).toBe(1);
    viewer.producer.lost();
    const PLACEHOLDER = 'Content-Length: 2\r\n';
    await viewer.client.hears(PLACEHOLDER);
    vi.advanceTimersByTime(3000);
    vi.advanceTimersByTime(1000);
    await eventually(() => viewer.client.received.split(PLACEHOLDER).length === 3, 'placeholder once more');
  });

  it('is not sent again while a copy of it is on its way', async () => {
    kernel.figures = { ackedBytes: 0, minRttMs: 1, windowBytes: undefined };
    await using viewer = await still();
    vi.advanceTimersByTime(4000);
    kernel.figures = { ackedBytes: 1e6, minRttMs: 1, windowBytes: undefined };
    vi.advanceTimersByTime(1000);
    await eventually(() => viewer.parts() === 2, 'second part');
    // The copy as well: all that was written before it has arrived, and it has not.
    kernel.figures = { ackedBytes: 0, minRttMs: 1, windowBytes: undefined };
    vi.advanceTimersByTime(4000);
    viewer.producer.capture({ payloadBytes: 5 });
    await viewer.client.hears(NEXT);
    expect(viewer.parts()).toBe(2);
  });

  it('is not sent again right after it has come over a slow link, when the next one is about to be encoded', async () => {
    kernel.figures = { ackedBytes: 0, minRttMs: 1, windowBytes: undefined };
    await using viewer = await still();
    vi.advanceTimersByTime(1900);
    kernel.figures = { ackedBytes: 1e6, minRttMs: 1, windowBytes: undefined };
    vi.advanceTimersByTime(200);
    viewer.producer.capture({ payloadBytes: 5 });
    await viewer.client.hears(NEXT);
    expect(viewer.parts()).toBe(1);
  });

  it('is not sent again once there is another one', async () => {
    kernel.figures = { ackedBytes: 1e6, minRttMs: 1, windowBytes: undefined };
    await using viewer = await still();
    vi.advanceTimersByTime(900);
    viewer.producer.capture({ payloadBytes: 5 });
    await viewer.client.hears(NEXT);
    vi.advanceTimersByTime(1100);
    await eventually(() => viewer.client.received.split(NEXT).length === 3, 'copy of the new picture');
    expect(viewer.parts()).toBe(1);
  });
});
