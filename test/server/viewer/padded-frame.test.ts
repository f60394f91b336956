import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeFrameHeader, encodeFrameHeader, type FrameHeader } from '@framewire/shared/frame-header';
import type { EncodedFrame } from '../../../server/src/frames.js';
import { paddedFrame } from '../../../server/src/viewer/padded-frame.js';

const SIDES = { width: 64, height: 48 };

async function frameOf(change: Partial<FrameHeader> = {}, payload?: Uint8Array): Promise<EncodedFrame> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const jpeg =
    payload ??
    (await sharp({ create: { ...SIDES, channels: 3, noise, background: 'gray' } })
      .jpeg()
      .toBuffer());
  const header: FrameHeader = {
    ...{ codec: 'jpeg', key: true, discardable: true, placeholder: false, stream: 0, rendition: 1, seq: 7 },
    ...{ payloadBytes: jpeg.length, capturedAt: 5, encodeUs: 9, refSeq: 0 },
    ...SIDES,
    ...change,
  };
  return { header, headerBytes: encodeFrameHeader(header), payload: jpeg };
}

const sizeOf = ({ headerBytes, payload }: EncodedFrame): number => headerBytes.length + payload.length;

describe('a padded frame', () => {
  it.each([4, 5, 100, 65_537, 65_538, 65_540, 200_000])('has %d bytes more and shows the same picture', async more => {
    const frame = await frameOf();
    const padded = paddedFrame(frame, sizeOf(frame) + more);
    expect(sizeOf(padded)).toBe(sizeOf(frame) + more);
    const pixels = (jpeg: Uint8Array) => sharp(jpeg, { failOn: 'warning' }).raw().toBuffer();
    expect((await pixels(padded.payload)).equals(await pixels(frame.payload))).toBe(true);
  });

  it('says in its header how long it is, and else what it said before', async () => {
    const frame = await frameOf();
    const padded = paddedFrame(frame, 30_000);
    expect(decodeFrameHeader(padded.headerBytes)).toEqual({ ...frame.header, payloadBytes: padded.payload.length });
    expect(padded.header).toEqual(decodeFrameHeader(padded.headerBytes));
  });

  it('begins and ends as a JPEG, with the segment of JFIF first, for readers that look for that', async () => {
    const bare = (await frameOf()).payload;
    const jfif = Buffer.from('ffe000104a46494600010100000100010000', 'hex');
    const jpeg = Buffer.concat([bare.subarray(0, 2), jfif, bare.subarray(2)]);
    const { payload } = paddedFrame(await frameOf({}, jpeg), 30_000);
    expect(Buffer.from(payload.subarray(0, 22)).toString('hex')).toBe(`ffd8${jfif.toString('hex')}fffe`);
    expect([...payload.subarray(-2)]).toEqual([0xff, 0xd9]);
    expect(Buffer.from(payload).indexOf(Buffer.from([0xff, 0xd9]))).toBe(payload.length - 2);
  });

  it('is the frame itself where that is large enough', async () => {
    const frame = await frameOf();
    for (const least of [0, sizeOf(frame), sizeOf(frame) + 3]) expect(paddedFrame(frame, least)).toBe(frame);
  });

  it('is the frame itself where it is a placeholder, or no JPEG', async () => {
    for (const frame of [
      await frameOf({ placeholder: true }),
      await frameOf({ codec: 'h264' }),
      await frameOf({}, Uint8Array.of(1, 2, 3, 4, 5, 6, 7)),
      await frameOf({}, Uint8Array.of(0xff, 0xd8)),
    ]) {
      expect(paddedFrame(frame, 30_000)).toBe(frame);
    }
  });
});
