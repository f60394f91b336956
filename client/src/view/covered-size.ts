/** Sizes are asked for in steps, so that views of nearly one size share an encoder, in pixels; a wider one looks the same. */
export const STEP = 64;

/** The largest side that the protocol knows, pixels. */
const LONGEST = 16_384;

/** How much the aspect of one picture differs from that of the same in another size, because sides are even. */
const ROUNDED = 0.04;

/** What there is to be covered. */
export interface Box {
  /** Of the element's content, CSS pixels. */
  width: number;
  height: number;
  /** Physical pixels for each CSS pixel. */
  pixelRatio: number;
  /** Height of the picture by its width. */
  aspect: number;
}

/** Bounds for the picture in physical pixels; null: its height follows from its width. */
export interface CoveredSize {
  width: number;
  height: number | null;
}

/**
 * The pixels that a picture covers on the screen: the element's width, and its height as well where the page has given it
 * one, because the picture keeps its aspect within both. An element that is as high as its picture makes it has no height
 * of its own: a bound would only hold the picture to the aspect that it had before.
 *
 * @returns each side as the next multiple of `STEP`, so that a picture is scaled down by at most that much and never up;
 * undefined for an element without an area, which nobody can see.
 */
export function coveredSize({ width, height, pixelRatio, aspect }: Box): CoveredSize | undefined {
  if (!(width > 0 && height > 0)) return undefined;
  const isOwnHeight = Math.abs(height - width * aspect) > 1 + height * ROUNDED;
  return { width: steps(width * pixelRatio), height: isOwnHeight ? steps(height * pixelRatio) : null };
}

/** A hair is taken off before rounding, so that 640.0001 of a zoomed page is no step more. */
function steps(pixels: number): number {
  return Math.min(LONGEST, Math.max(1, Math.ceil(pixels / STEP - 0.01)) * STEP);
}
