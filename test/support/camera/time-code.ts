import sharp from 'sharp';

/**
 * The fake camera's time code: the wall clock at capture, painted into the top left corner of every picture.
 * 2 rows of 32 black or white cells, each 1/80 of the picture's width wide and high, most significant bit first:
 *
 *   bits 63-20  wall clock at capture, in units of 100 us, mod 2^44
 *   bits 19-8   number of the picture, mod 4096
 *   bits 7-0    CRC-8 (polynomial 0x07) over the seven bytes above
 *
 * It survives scaling and JPEG, so the true age of a picture can be read whatever program sent it.
 */
export interface TimeCode {
  /** Units of 100 us since 1970, mod 2^44. */
  ticks: bigint;
  /** 0-4095. */
  sequence: number;
}

const COLUMNS = 32;
const ROWS = 2;
const CELLS_PER_WIDTH = 80;
const TICK_RANGE = 1n << 44n;

/** @returns undefined when the picture has no valid time code, as any picture that the fake camera did not take. */
export async function readTimeCode(picture: Uint8Array): Promise<TimeCode | undefined> {
  const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true });
  return timeCodeOf(data, info.width, info.channels);
}

/** @param pixels rows of `width` pixels, `step` bytes each, of which the first is the brightness. */
export function timeCodeOf(pixels: Uint8Array, width: number, step = 1): TimeCode | undefined {
  const cell = width / CELLS_PER_WIDTH;
  let code = 0n;
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const at = Math.floor((row + 0.5) * cell) * width + Math.floor((column + 0.5) * cell);
      code = (code << 1n) | ((pixels[at * step] ?? 0) > 128 ? 1n : 0n);
    }
  }
  // A dark corner reads as 0, whose checksum is 0 too.
  if (code === 0n || Number(code & 0xffn) !== crc8(code >> 8n)) return undefined;
  return { ticks: code >> 20n, sequence: Number((code >> 8n) & 0xfffn) };
}

/** The 64 bits to paint, for pictures made by tests. */
export function encodeTimeCode({ ticks, sequence }: TimeCode): bigint {
  const upper = ((ticks % TICK_RANGE) << 12n) | BigInt(sequence % 4096);
  return (upper << 8n) | BigInt(crc8(upper));
}

/** @param at wall clock, ms since 1970. @returns ms from the capture to `at`. */
export function ageAt(code: TimeCode, at: number): number {
  const now = BigInt(Math.floor(at * 10));
  return Number(BigInt.asIntN(44, now - code.ticks)) / 10;
}

function crc8(upper: bigint): number {
  let crc = 0;
  for (let shift = 48n; shift >= 0n; shift -= 8n) {
    crc ^= Number((upper >> shift) & 0xffn);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80) !== 0 ? ((crc << 1) ^ 0x07) & 0xff : (crc << 1) & 0xff;
  }
  return crc;
}
