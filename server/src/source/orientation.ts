import * as z from 'zod';
import type { Size } from '@framewire/shared/rendition';

/** How pictures are to be turned before they are shown. */
export const orientation = z.object({
  /** Clockwise, by a quarter each. */
  turns: z.int().min(0).max(3),
  /** Left and right change sides, after the turns. */
  isMirrored: z.boolean(),
});
export type Orientation = z.infer<typeof orientation>;

export const UPRIGHT: Orientation = { turns: 0, isMirrored: false };

/** One after the other, as one. Pure. */
export function compose(first: Orientation, second: Orientation): Orientation {
  // A mirror reverses the turns that come after it.
  const turns = first.isMirrored ? first.turns - second.turns : first.turns + second.turns;
  return { turns: (turns + 4) % 4, isMirrored: first.isMirrored !== second.isMirrored };
}

export function isUpright({ turns, isMirrored }: Orientation): boolean {
  return turns === 0 && !isMirrored;
}

/** Undefined is upright. */
export function isSameOrientation(a: Orientation = UPRIGHT, b: Orientation = UPRIGHT): boolean {
  return a.turns === b.turns && a.isMirrored === b.isMirrored;
}

export function turnedSize({ width, height }: Size, { turns }: Orientation): Size {
  return turns % 2 === 0 ? { width, height } : { width: height, height: width };
}

/** For people: `turned by 90 degrees`. */
export function describeOrientation({ turns, isMirrored }: Orientation): string {
  const parts = [...(turns === 0 ? [] : [`turned by ${turns * 90} degrees`]), ...(isMirrored ? ['mirrored'] : [])];
  return parts.join(' and ');
}

/**
 * The orientation of a display matrix: 9 numbers of 32 bits in the machine's order, as FFmpeg gives it
 * (libavutil/display.h); x' = ax + cy, y' = bx + dy, y pointing down. Angles in between are rounded to a quarter.
 */
export function orientationOf(displayMatrix: Buffer): Orientation {
  if (displayMatrix.length < 36) return UPRIGHT;
  const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 3, 4].map(i => displayMatrix.readInt32LE(i * 4));
  const isMirrored = a * d - b * c < 0;
  const angle = Math.atan2(b, isMirrored ? -a : a);
  return { turns: (Math.round(angle / (Math.PI / 2)) + 4) % 4, isMirrored };
}
