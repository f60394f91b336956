import type { Codec } from '@framewire/shared/protocol';
import {
  numericQuality,
  fitWithin,
  QUALITY_OF_SOURCE,
  type Quality,
  type RenditionSpec,
  type Size,
} from '@framewire/shared/rendition';
import type { SourceInfo } from '../frames.js';

/** What a viewer would like; what it gets may differ, and is told with the reason. */
export interface RenditionRequest {
  codec: Codec;
  quality: Quality;
  /** Pixels; null: no bound. */
  maxWidth: number | null;
  maxHeight: number | null;
  /**
   * `fixed`: all pictures have the size of the first, which is what these bounds come to; a slow link costs quality and
   * rate. For readers that cannot be told of a change, or cannot take one.
   */
  size: 'auto' | 'fixed';
  /** Frames a second at most; null: all that the source has. */
  fps: number | null;
}

/** As cv2.imencode in the script that everybody writes first. */
export const DEFAULT_REQUEST: RenditionRequest = {
  codec: 'jpeg',
  quality: 30,
  maxWidth: null,
  maxHeight: null,
  size: 'auto',
  fps: null,
};

export interface Choice {
  spec: RenditionSpec;
  /** For people: how the spec differs from the request; empty when it does not. */
  why: string;
}

/**
 * The rendition that answers a request best, on its own.
 *
 * @param size of the pictures, where it is settled already.
 */
export function chooseRendition(
  request: RenditionRequest,
  source: Pick<SourceInfo, 'width' | 'height' | 'isJpeg'>,
  size: Size = fitWithin(source, request.maxWidth ?? Infinity, request.maxHeight ?? Infinity),
): Choice {
  const isFullSize = size.width === source.width && size.height === source.height;
  const { width, height } = size;
  const spec: RenditionSpec = { codec: request.codec, width, height, quality: request.quality };
  if (request.quality !== 'source' || (source.isJpeg && isFullSize)) return { spec, why: '' };
  const why = source.isJpeg
    ? `The source's own pictures are ${source.width}x${source.height}: quality ${QUALITY_OF_SOURCE} at this size.`
    : `The source makes no JPEGs of its own: quality ${QUALITY_OF_SOURCE} in place of them.`;
  return { spec: { ...spec, quality: QUALITY_OF_SOURCE }, why };
}

/** The existing rendition that looks most like the wanted one; undefined when none has its codec. */
export function nearestRendition(wanted: RenditionSpec, existing: Iterable<RenditionSpec>): RenditionSpec | undefined {
  let nearest: { spec: RenditionSpec; distance: number } | undefined;
  for (const spec of existing) {
    if (spec.codec !== wanted.codec) continue;
    const distance = distanceBetween(spec, wanted);
    if (nearest === undefined || distance < nearest.distance) nearest = { spec, distance };
  }
  return nearest?.spec;
}

/** Twice the pixels weighs as much as 25 steps of quality: about the same difference in bytes. */
function distanceBetween(a: RenditionSpec, b: RenditionSpec): number {
  const pixels = Math.abs(Math.log2((a.width * a.height) / (b.width * b.height)));
  return pixels + Math.abs(numericQuality(a.quality) - numericQuality(b.quality)) / 25;
}

/**
 * Whether pictures of the one shape can be scaled to the other size without being squeezed: to a hundredth, because sides
 * are rounded to even numbers.
 */
export function hasShapeOf(source: Size, size: Size): boolean {
  return Math.abs(Math.log((source.width * size.height) / (source.height * size.width))) < shapeTolerance(size);
}

/** Two pixels of the shorter side, which is what rounding may take, and at least a hundredth. */
function shapeTolerance({ width, height }: Size): number {
  return Math.max(0.01, 2 / Math.min(width, height));
}
