import type { Codec } from './protocol.js';

/** 1-100 on the scale of the Independent JPEG Group, or `source`: the camera's own JPEG, passed through untouched. */
export type Quality = number | 'source';

/** What `source` means where the source makes no JPEGs of its own, or smaller ones are wanted: visually lossless. */
export const QUALITY_OF_SOURCE = 90;

/** @returns 1-100: what is encoded with where the source's own JPEG cannot be handed on. */
export function numericQuality(quality: Quality): number {
  return quality === 'source' ? QUALITY_OF_SOURCE : quality;
}

/** One encoding of a stream. Viewers whose wishes come to the same spec share one encode. */
export interface RenditionSpec {
  codec: Codec;
  /** Pixels, at least 1. */
  width: number;
  height: number;
  quality: Quality;
}

/** Equal for equal specs: the identity of a rendition within its stream, and its name in logs and figures. */
export function renditionKey(spec: RenditionSpec): string {
  const quality = spec.quality === 'source' ? 'source' : `q${spec.quality}`;
  return `${spec.codec}-${spec.width}x${spec.height}-${quality}`;
}

/** Of a picture, pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * The largest size with the source's aspect within the bounds, never larger than the source.
 * Both sides come out even, because chroma is halved in each direction and odd sizes would grow a grey edge;
 * a source that is odd already keeps its size when the bounds allow it.
 */
export function fitWithin(source: Size, maxWidth = Infinity, maxHeight = Infinity): Size {
  const scale = Math.min(1, maxWidth / source.width, maxHeight / source.height);
  if (scale === 1) return { width: source.width, height: source.height };
  return { width: evenFloor(source.width * scale), height: evenFloor(source.height * scale) };
}

/** A hair is added before rounding, so that 1280 * (640 / 1280) does not become 639.99 and then 638. */
function evenFloor(length: number): number {
  return Math.max(2, Math.floor((length + 1e-6) / 2) * 2);
}
