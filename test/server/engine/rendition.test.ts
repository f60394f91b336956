import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Quality } from '@framewire/shared/rendition';
import { Rendition } from '../../../server/src/engine/rendition.js';
import { RawFrame } from '../../../server/src/frames.js';
import { monotonicMs } from '../../../server/src/time/monotonic.js';
import { eventually } from '../../support/eventually.js';
import { HeldPicture, Output, SIZE } from './held-picture.js';

const settled = () =>
  new Promise(resolve => {
    setImmediate(resolve);
  });

describe('a rendition of the engine', () => {
  const opened: Rendition[] = [];
  afterEach(() => {
    opened.splice(0).forEach(rendition => rendition.close());
  });

  function open(quality: Quality = 50) {
    const output = new Output();
    const warnings: string[] = [];
    const failures: string[] = [];
    const durations: number[] = [];
    const spec = { codec: 'jpeg', ...SIZE, quality } as const;
    const rendition = new Rendition({ id: 9, spec, streamId: 4 }, output, {
      warning: message => warnings.push(message),
      failed: (seq, reason) => failures.push(`${seq}: ${reason}`),
      encoded: ms => durations.push(ms),
      idle: () => undefined,
    });
    opened.push(rendition);
    let seq = 0;
    /** Captures a picture: offers it, and keeps it as the newest until the next. */
    const capture = (capturedAt?: number) => {
      seq += 1;
      const picture = new HeldPicture(capturedAt);
      const frame = new RawFrame(seq, picture);
      rendition.offer(frame);
      return { picture, frame };
    };
    const written = (count: number) => eventually(() => output.frames.length >= count, `frame ${count}`);
    return { rendition, output, warnings, failures, durations, capture, written };
  }

  it('encodes nothing while nobody is ready', () => {
    const { durations, capture } = open();
    const { picture } = capture();
    expect(picture.asked).toBe(0);
    expect(durations).toEqual([]);
  });

  it('encodes the picture that lies there when somebody becomes ready, once', async () => {
    const { rendition, output, durations, capture, written } = open();
    const { picture, frame } = capture();
    rendition.want(Infinity);
    rendition.offer(frame);
    await eventually(() => picture.asked > 0, 'encode');
    picture.show();
    await written(1);
    rendition.offer(frame);
    expect(durations).toHaveLength(1);
    expect(durations[0]).toBeGreaterThan(0);
    expect(output.frames).toHaveLength(1);
  });

  it('says all that a viewer must know of the frame', async () => {
    const { rendition, output, capture, written } = open();
    rendition.want(Infinity);
    const { picture } = capture(monotonicMs() - 20);
    await eventually(() => picture.asked > 0, 'encode');
    picture.show();
    await written(1);
    const [{ header, payload } = { header: undefined, payload: new Uint8Array() }] = output.frames;
    expect(header).toMatchObject({
      codec: 'jpeg',
      key: true,
      discardable: true,
      placeholder: false,
      stream: 4,
      rendition: 9,
      seq: 1,
      payloadBytes: payload.length,
      capturedAt: picture.capturedAt,
      ...SIZE,
      refSeq: 0,
    });
    expect(header?.encodeUs).toBeGreaterThanOrEqual(20_000);
    expect(Buffer.from(payload).readUInt16BE(0)).toBe(0xffd8);
  });

  it('skips what comes while it encodes or the pipe is full', async () => {
    const { rendition, output, capture, written } = open();
    rendition.want(Infinity);
    const first = capture();
    const meanwhile = capture();
    await eventually(() => first.picture.asked > 0, 'encode');
    expect(meanwhile.picture.asked > 0).toBe(false);
    output.isClear = false;
    first.picture.show();
    await written(1);
    const third = capture();
    expect(third.picture.asked > 0).toBe(false);
    output.isClear = true;
    rendition.offer(third.frame);
    await eventually(() => third.picture.asked > 0, 'encode of the newest');
    third.picture.show();
    await written(2);
    expect(output.frames.map(({ header }) => header.seq)).toEqual([1, 3]);
  });

  it('encodes no more than the rate that is wanted', async () => {
    const { rendition, output, capture, written } = open();
    rendition.want(10);
    for (let i = 0; i < 9; i += 1) {
      const { picture } = capture(i * 33.3);
      // Its turn or not is decided at once.
      if (i % 3 === 0) {
        await eventually(() => picture.asked > 0, 'encode');
        picture.show();
        await written(i / 3 + 1);
      }
    }
    expect(output.frames.map(({ header }) => header.seq)).toEqual([1, 4, 7]);
  });

  it('holds a picture while it encodes it, and lets go of it then', async () => {
    const { rendition, capture, written } = open();
    rendition.want(Infinity);
    const { picture, frame } = capture();
    frame.release();
    await eventually(() => picture.asked > 0, 'encode');
    expect(picture.freed).toBe(0);
    picture.show();
    await written(1);
    expect(picture.freed).toBe(1);
  });

  it('says once when pictures cannot be encoded, lets go of them, and goes on with the next', async () => {
    const { rendition, output, warnings, failures, durations, capture, written } = open();
    rendition.want(Infinity);
    const broken = capture();
    broken.frame.release();
    await eventually(() => broken.picture.asked > 0, 'encode');
    broken.picture.fail('It is torn.');
    await eventually(() => broken.picture.freed === 1, 'release');
    const worse = capture();
    await eventually(() => worse.picture.asked > 0, 'encode');
    worse.picture.fail('It is torn as well.');
    await settled();
    expect(warnings).toEqual(['A picture could not be encoded: It is torn.']);
    expect(failures).toEqual([]);
    expect(durations).toEqual([]);
    const next = capture();
    await eventually(() => next.picture.asked > 0, 'encode');
    next.picture.show();
    await written(1);
    expect(output.frames.map(({ header }) => header.seq)).toEqual([3]);
  });

  describe('whose pictures all fail', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['hrtime'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    async function failNext({ capture }: Pick<ReturnType<typeof open>, 'capture'>, reason: string): Promise<void> {
      const { picture, frame } = capture();
      frame.release();
      await eventually(() => picture.asked > 0, 'encode');
      picture.fail(reason);
      await eventually(() => picture.freed === 1, 'release');
      await settled();
    }

    it('says so after a second, and again each second, with the number of the newest', async () => {
      const opening = open();
      opening.rendition.want(Infinity);
      for (let i = 0; i < 10; i += 1) {
        await failNext(opening, `torn ${i + 1}`);
        vi.advanceTimersByTime(250);
      }
      expect(opening.failures).toEqual(['5: torn 5', '9: torn 9']);
    });

    it('waits a whole second again after one that could be encoded, and says nothing once it is closed', async () => {
      const { rendition, failures, warnings, capture, written } = open();
      rendition.want(Infinity);
      await failNext({ capture }, 'torn');
      vi.advanceTimersByTime(999);
      await failNext({ capture }, 'torn');
      const good = capture();
      await eventually(() => good.picture.asked > 0, 'encode');
      good.picture.show();
      await written(1);
      vi.advanceTimersByTime(500);
      await failNext({ capture }, 'torn');
      vi.advanceTimersByTime(999);
      await failNext({ capture }, 'torn');
      expect(failures).toEqual([]);
      vi.advanceTimersByTime(1);
      const last = capture();
      await eventually(() => last.picture.asked > 0, 'encode');
      rendition.close();
      last.picture.fail('torn');
      await settled();
      expect(failures).toEqual([]);
      expect(warnings).toHaveLength(1);
    });
  });

  it('writes nothing more once it is closed, frees what it held, and takes no new picture', async () => {
    const { rendition, output, capture } = open();
    rendition.want(Infinity);
    const { picture, frame } = capture();
    frame.release();
    await eventually(() => picture.asked > 0, 'encode');
    rendition.close();
    picture.show();
    await eventually(() => picture.freed === 1, 'release');
    expect(output.frames).toEqual([]);
    const { picture: late } = capture();
    expect(late.asked).toBe(0);
  });

  it('may be closed before it has encoded anything', () => {
    const { rendition } = open(5);
    expect(() => rendition.close()).not.toThrow();
  });
});
