import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ageAt, encodeTimeCode, readTimeCode, type TimeCode } from './time-code.js';

const taken: TimeCode = { ticks: 17_600_000_001_234n & ((1n << 44n) - 1n), sequence: 4095 };

/** A grey 1280x720 picture with the code painted as the fake camera does it. */
async function picture(code: bigint): Promise<Buffer> {
  const pixels = new Uint8Array(1280 * 720).fill(90);
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 512; x++) {
      const bit = BigInt(63 - ((y >> 4) * 32 + (x >> 4)));
      pixels[y * 1280 + x] = (code >> bit) & 1n ? 235 : 16;
    }
  }
  return sharp(pixels, { raw: { width: 1280, height: 720, channels: 1 } })
    .png()
    .toBuffer();
}

describe('the time code', () => {
  it.each([1280, 640, 320])('is read from a JPEG of quality 30 scaled to %i pixels', async width => {
    const jpeg = await sharp(await picture(encodeTimeCode(taken)))
      .resize(width)
      .jpeg({ quality: 30 })
      .toBuffer();
    expect(await readTimeCode(jpeg)).toEqual(taken);
  });

  it('is refused when a bit of it is wrong', async () => {
    expect(await readTimeCode(await picture(encodeTimeCode(taken) ^ (1n << 33n)))).toBeUndefined();
  });

  it('is refused in a picture that has none', async () => {
    const grey = sharp({ create: { width: 640, height: 360, channels: 3, background: '#505050' } });
    expect(await readTimeCode(await grey.jpeg().toBuffer())).toBeUndefined();
  });
});

describe('the age of a picture', () => {
  it('is the time from its capture, also across the wrap of the counter', () => {
    expect(ageAt({ ticks: 1_000n, sequence: 0 }, 104.25)).toBe(4.2);
    const last = (1n << 44n) - 5n;
    expect(ageAt({ ticks: last, sequence: 0 }, Number((1n << 44n) + 10n) / 10)).toBe(1.5);
  });

  it('is negative when the clocks disagree', () => {
    expect(ageAt({ ticks: 1_000n, sequence: 0 }, 99)).toBe(-1);
  });
});
