import { describe, expect, it } from 'vitest';
import { createFrame, type Frame } from '../../client/src/frame.js';
import { FrameIterator } from '../../client/src/frame-iterator.js';

function frame(seq: number): Frame {
  const sizes = { payloadBytes: 0, width: 1, height: 1, encodeUs: 0, capturedAt: 0, refSeq: 0 };
  const flags = { key: true, discardable: true, placeholder: false };
  const header = { codec: 'jpeg', stream: 0, rendition: 0, seq, ...sizes, ...flags } as const;
  const times = { receivedAt: 0, payloadMs: 0, held: 'none', heldMs: 0 } as const;
  return createFrame({ header, payload: new Uint8Array(0), ...times }, 0, 0);
}

async function seqs(iterator: FrameIterator): Promise<number[]> {
  const seen: number[] = [];
  for await (const { seq } of iterator) seen.push(seq);
  return seen;
}

describe('FrameIterator', () => {
  it('gives a waiting loop each frame as it comes', async () => {
    const iterator = new FrameIterator(() => {});
    const all = seqs(iterator);
    for (const seq of [1, 2, 3]) {
      expect(iterator.put(frame(seq))).toBe(false);
      await Promise.resolve();
      await Promise.resolve();
    }
    iterator.end(undefined);
    expect(await all).toEqual([1, 2, 3]);
  });

  it('keeps only the newest for a loop that is busy, and says so', async () => {
    const iterator = new FrameIterator(() => {});
    const displaced = [1, 2, 3].map(seq => iterator.put(frame(seq)));
    expect(displaced).toEqual([false, true, true]);
    expect((await iterator.next()).value?.seq).toBe(3);
  });

  it('serves several who wait in their order', async () => {
    const iterator = new FrameIterator(() => {});
    const both = Promise.all([iterator.next(), iterator.next()]);
    iterator.put(frame(1));
    iterator.put(frame(2));
    expect((await both).map(result => result.value?.seq)).toEqual([1, 2]);
  });

  it('ends the loop, once, without the frame that waited', async () => {
    let done = 0;
    const iterator = new FrameIterator(() => done++);
    iterator.put(frame(1));
    iterator.end(undefined);
    iterator.end(new Error('late'));
    expect(await seqs(iterator)).toEqual([]);
    expect(done).toBe(1);
  });

  it('throws in the loop what ended it, before and after', async () => {
    const iterator = new FrameIterator(() => {});
    const waiting = iterator.next();
    iterator.end(new Error('refused'));
    await expect(waiting).rejects.toThrow('refused');
    await expect(iterator.next()).rejects.toThrow('refused');
  });

  it('is done with when the loop breaks off', async () => {
    let done = 0;
    const iterator = new FrameIterator(() => done++);
    iterator.put(frame(1));
    for await (const { seq } of iterator) if (seq === 1) break;
    expect(done).toBe(1);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});
