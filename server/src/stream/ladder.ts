import { fitWithin, numericQuality, renditionKey, type RenditionSpec, type Size } from '@framewire/shared/rendition';
import type { SourceInfo } from '../frames.js';
import { chooseRendition, type Choice, type RenditionRequest } from './choose-rendition.js';

/** One step of the ladder: what is left of a viewer's wish. */
interface Step {
  /** Of the sides that the wish comes to. */
  readonly scale: number;
  /** At most this. */
  readonly quality: number;
  /** Frames a second below which the next smaller picture is better; never more than what was asked for. */
  readonly minFps: number;
}

/**
 * What a link that cannot carry the wish is given, best first. This table is all there is of it.
 *
 * Quality goes first, because JPEGs from 90 to 60 differ less to the eye than in bytes; below 30 blocks hide what
 * a smaller picture would still show, so from there on size goes, and at a third of the sides the rate: ten sharp
 * pictures a second tell more than thirty stamps. Each step takes a quarter to a fifth of the bytes: coarser ones
 * would leave half of a link unused, finer ones split viewers of the same link over more encodes.
 */
const LADDER: readonly Step[] = [
  { scale: 1, quality: 100, minFps: Infinity },
  { scale: 1, quality: 85, minFps: Infinity },
  { scale: 1, quality: 80, minFps: Infinity },
  { scale: 1, quality: 70, minFps: Infinity },
  { scale: 1, quality: 60, minFps: Infinity },
  { scale: 1, quality: 45, minFps: Infinity },
  { scale: 1, quality: 30, minFps: Infinity },
  { scale: 0.84, quality: 30, minFps: Infinity },
  { scale: 0.71, quality: 30, minFps: Infinity },
  { scale: 0.595, quality: 30, minFps: Infinity },
  { scale: 0.5, quality: 30, minFps: Infinity },
  { scale: 0.42, quality: 30, minFps: 24 },
  { scale: 0.35, quality: 30, minFps: 20 },
  { scale: 0.295, quality: 30, minFps: 15 },
  { scale: 0.25, quality: 30, minFps: 12 },
  { scale: 0.21, quality: 30, minFps: 10 },
  { scale: 0.175, quality: 30, minFps: 10 },
  { scale: 0.175, quality: 20, minFps: 5 },
];

/**
 * The same for viewers whose pictures must stay as large as the first: quality goes on below 30, to the lowest at which
 * faces and number plates can still be told apart, and from there on the rate.
 */
const LADDER_OF_ONE_SIZE: readonly Step[] = [
  ...LADDER.filter(({ scale }) => scale === 1),
  { scale: 1, quality: 20, minFps: 20 },
  { scale: 1, quality: 14, minFps: 12 },
  { scale: 1, quality: 10, minFps: 1 },
];

/** Narrower pictures show nothing any more, pixels. */
const LEAST_WIDTH = 160;

/** A step that leaves more of the bytes than this is none. */
const LEAST_STEP = 0.88;

export interface Rung extends Readonly<Choice> {
  readonly key: string;
  readonly minFps: number;
}

/** The ladder as the policy sees it. Rung 0 is the best; there is always one. */
export interface Ladder {
  readonly rungs: number;
  /** Frames a second that there are and that the viewer asked for, whichever is less. */
  readonly fps: number;
  /** Of one frame, as expected. */
  bytes(rung: number): number;
  /** Frames a second below which the next rung is better. */
  minFps(rung: number): number;
}

/**
 * The ladder for one wish, best first: the first rung is the wish itself, whatever it is; steps that come to the same
 * picture, or nearly, are left out.
 *
 * @param size of the pictures, where it is settled already.
 */
export function ladderFor(
  request: RenditionRequest,
  source: Pick<SourceInfo, 'width' | 'height' | 'isJpeg'>,
  size?: Size,
): readonly [Rung, ...Rung[]] {
  const wish = chooseRendition(request, source, size);
  const { spec: asked } = wish;
  const rungs: [Rung, ...Rung[]] = [{ ...wish, key: renditionKey(asked), minFps: Infinity }];
  let last = typicalBytes(asked);
  for (const { scale, quality, minFps } of request.size === 'fixed' ? LADDER_OF_ONE_SIZE : LADDER) {
    const sides =
      scale === 1 ? asked : fitWithin(source, Math.floor(asked.width * scale), Math.ceil(asked.height * scale));
    const lower = { ...request, quality: Math.min(quality, numericQuality(asked.quality)) };
    const { spec } = chooseRendition(lower, source, sides);
    const bytes = typicalBytes(spec);
    if ((scale < 1 && spec.width < LEAST_WIDTH) || bytes > last * LEAST_STEP) continue;
    last = bytes;
    rungs.push({ spec, why: '', key: renditionKey(spec), minFps });
  }
  return rungs;
}

/**
 * What a JPEG of a street scene has, bytes: within a fifth of what `npm run bench:encode` prints for the three sizes
 * and qualities from 20 to 85. Other scenes differ by a factor, which is the same for all renditions.
 */
export function typicalBytes({ width, height, quality }: RenditionSpec): number {
  const percent = numericQuality(quality);
  // How IJG's quality becomes the quantiser's steps, in percent of the standard's tables.
  const steps = Math.max(2, percent < 50 ? 5000 / percent : 200 - 2 * percent);
  return 45 * (width * height) ** 0.74 * steps ** -0.6;
}

/** For people and logs: `640x360 at quality 30`. */
export function describeRendition({ width, height, quality }: RenditionSpec): string {
  return quality === 'source' ? `${width}x${height} as the source has it` : `${width}x${height} at quality ${quality}`;
}
