import { describe, expect, it } from 'vitest';
import { createFrame, missedBetween } from '../../client/src/frame.js';

describe('missedBetween', () => {
  it.each([
    [undefined, 100, 0],
    [4, 5, 0],
    [4, 8, 3],
    [0xffff_fffe, 1, 2],
    [7, 7, 0],
    [5000, 3, 0],
  ])('after %s, %i: %i', (older, seq, expected) => {
    expect(missedBetween(older, seq)).toBe(expected);
  });
});

describe('createFrame', () => {
  it('offers its bytes as a Blob of their type', async () => {
    const payload = new Uint8Array([1, 2, 3]);
    const header = {
      codec: 'jpeg',
      key: true,
      discardable: true,
      placeholder: false,
      stream: 0,
      rendition: 0,
      seq: 1,
      payloadBytes: 3,
      capturedAt: 1,
      encodeUs: 1,
      width: 1,
      height: 1,
      refSeq: 0,
    } as const;
    const frame = createFrame({ header, payload, receivedAt: 5, payloadMs: 1, held: 'none', heldMs: 0 }, 2.5, 0);
    expect(frame).toMatchObject({ seq: 1, receivedAt: 5, payloadMs: 1, ageMs: 2.5, missed: 0 });
    expect(frame.blob().type).toBe('image/jpeg');
    expect(new Uint8Array(await frame.blob().arrayBuffer())).toEqual(payload);
  });
});
