import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BadMessageError } from '@framewire/shared/bad-message';
import { encodeFrameHeader, type FrameHeader } from '@framewire/shared/frame-header';
import { FramePipeReader, FramePipeWriter } from '../../../server/src/engine/frame-pipe.js';
import { seededRandom } from '../../support/random.js';
import { frameHeader } from '../fakes.js';

interface Sent {
  header: FrameHeader;
  payload: Buffer;
}

function frameOf(seq: number, payloadBytes: number): Sent {
  const payload = Buffer.from(Array.from({ length: payloadBytes }, (_, i) => (seq + i) % 256));
  return { header: frameHeader({ seq, payloadBytes }), payload };
}

const bytesOf = (frames: readonly Sent[]) =>
  Buffer.concat(frames.flatMap(({ header, payload }) => [encodeFrameHeader(header), payload]));

function reader() {
  const frames: { header: FrameHeader; payload: Uint8Array }[] = [];
  const pipe = new FramePipeReader((header, payload) => frames.push({ header, payload }));
  return { pipe, frames };
}

describe('the reader of the frame pipe', () => {
  const sent = [frameOf(1, 1), frameOf(2, 37), frameOf(3, 100)];
  const bytes = bytesOf(sent);

  it('puts frames together, however the bytes are cut in two', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { pipe, frames } = reader();
      pipe.push(bytes.subarray(0, cut));
      pipe.push(bytes.subarray(cut));
      expect(frames).toEqual(sent);
    }
  });

  it.each([1, 2, 3, 7, 39, 40, 41])('puts frames together from pieces of %i', size => {
    const { pipe, frames } = reader();
    for (let at = 0; at < bytes.length; at += size) pipe.push(bytes.subarray(at, at + size));
    expect(frames).toEqual(sent);
  });

  it('puts frames together from pieces of any lengths, empty ones too', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 50; round += 1) {
      const many = Array.from({ length: 5 }, (_, i) => frameOf(i, 1 + Math.floor(random() * 500)));
      const all = bytesOf(many);
      const { pipe, frames } = reader();
      for (let at = 0; at < all.length;) {
        const length = Math.floor(random() * 120);
        pipe.push(all.subarray(at, at + length));
        at += length;
      }
      expect(frames).toEqual(many);
    }
  });

  it('gives each payload a memory of its own: one that is kept holds on to no other', () => {
    const { pipe, frames } = reader();
    pipe.push(bytes);
    for (const { payload } of frames) expect(payload.buffer.byteLength).toBe(payload.length);
  });

  it.each([
    ['no header', Buffer.alloc(40, 0xff), BadMessageError],
    ['another version', bytesOf([frameOf(1, 1)]).fill(9, 1, 2), BadMessageError],
    ['no payload', encodeFrameHeader(frameHeader({ payloadBytes: 0 })), RangeError],
    ['64 MB and one byte', encodeFrameHeader(frameHeader({ payloadBytes: 64 * 1024 ** 2 + 1 })), RangeError],
    ['4 GB', encodeFrameHeader(frameHeader({ payloadBytes: 2 ** 32 - 1 })), RangeError],
  ])('refuses %s, before it makes room for it', (_, wrong, error) => {
    const { pipe, frames } = reader();
    pipe.push(bytes);
    expect(() => pipe.push(wrong)).toThrow(error);
    expect(frames).toHaveLength(3);
  });

  it('takes any bytes for frames or throws what it says it throws', () => {
    let refused = 0;
    for (let seed = 0; seed < 500; seed += 1) {
      const random = seededRandom(seed);
      const { pipe } = reader();
      const spoilt = Buffer.from(bytes);
      for (let i = 0; i < 10; i += 1) spoilt[Math.floor(random() * spoilt.length)] = Math.floor(random() * 256);
      try {
        for (let at = 0; at < spoilt.length; at += 50) pipe.push(spoilt.subarray(at, at + 50));
      } catch (error) {
        if (!(error instanceof BadMessageError || error instanceof RangeError)) throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

/** A pipe whose reader takes bytes when the test says so. */
class SlowPipe extends Writable {
  readonly chunks: Buffer[] = [];
  #taken: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _writev(chunks: { chunk: Buffer }[], callback: () => void): void {
    this.#hold(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: () => void): void {
    this.#hold([chunk], callback);
  }

  async take(): Promise<void> {
    this.#taken?.();
    await new Promise(resolve => {
      setImmediate(resolve);
    });
  }

  #hold(chunks: readonly Buffer[], callback: () => void): void {
    this.chunks.push(...chunks);
    this.#taken = callback;
  }
}

describe('the writer of the frame pipe', () => {
  it('is clear again when the pipe has taken the frame, and says so once', async () => {
    const pipe = new SlowPipe();
    let cleared = 0;
    const writer = new FramePipeWriter(pipe, () => {
      cleared += 1;
    });
    expect(writer.isClear).toBe(true);
    const { header, payload } = frameOf(1, 50);
    writer.write(header, payload);
    expect(writer.isClear).toBe(false);
    await pipe.take();
    expect(writer.isClear).toBe(true);
    expect(cleared).toBe(1);
    expect(Buffer.concat(pipe.chunks)).toEqual(bytesOf([{ header, payload }]));
  });

  it('is clear only when all frames are taken, as several renditions write', async () => {
    const pipe = new SlowPipe();
    const writer = new FramePipeWriter(pipe, () => undefined);
    for (const { header, payload } of [frameOf(1, 50), frameOf(1, 60)]) writer.write(header, payload);
    await pipe.take();
    expect(writer.isClear).toBe(false);
    await pipe.take();
    expect(writer.isClear).toBe(true);
  });

  it('writes what the reader reads', () => {
    const pipe = new PassThrough();
    const { pipe: back, frames } = reader();
    pipe.on('data', (chunk: Buffer) => back.push(chunk));
    const writer = new FramePipeWriter(pipe, () => undefined);
    const sent = [frameOf(1, 70_000), frameOf(2, 1)];
    for (const { header, payload } of sent) writer.write(header, payload);
    pipe.read();
    expect(frames).toEqual(sent);
  });

  it('outlives a reader that has gone: the end of this process is another’s to say', async () => {
    const pipe = new SlowPipe();
    const writer = new FramePipeWriter(pipe, () => undefined);
    pipe.destroy(new Error('EPIPE'));
    await pipe.take();
    const { header, payload } = frameOf(1, 50);
    expect(() => writer.write(header, payload)).not.toThrow();
  });
});
