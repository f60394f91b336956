import * as z from 'zod';
import { describe } from '@framewire/shared/control';
import { DEFAULT_VIEWER_REQUEST, type ViewerRequest } from '../broadcast/viewer.js';
import { FramewireError } from '../errors.js';

const number = (name: string, min: number, max: number) =>
  z.coerce
    .number({ error: `${name} is a number from ${min} to ${max}` })
    .min(min)
    .max(max);
const side = (name: string) => number(name, 16, 16_384).int().optional();

/** For both: a union passes on what its only near miss has to say. */
const QUALITY = { error: 'quality is a whole number from 1 to 100, or "source"' };

const mediaQuery = z.object({
  stream: z.string().optional(),
  quality: z.union([z.literal('source'), z.coerce.number(QUALITY).int().min(1).max(100)], QUALITY).optional(),
  fps: number('fps', 0.1, 240).optional(),
  width: side('width'),
  height: side('height'),
  mode: z.enum(['auto', 'fixed'], { error: 'mode is "auto" or "fixed"' }).optional(),
  latencyBudgetMs: number('latencyBudgetMs', 20, 5000).int().optional(),
});

/** mjpg-streamer's way to ask, at `/`: `stream`, `snapshot`, or undefined for the page itself. */
export function parseAction(query: unknown): string | undefined {
  return z.object({ action: z.string() }).safeParse(query).data?.action;
}

/** What the picture endpoints accept behind the `?`. Unknown names are ignored: pages add their own against caches. */
export interface MediaQuery {
  stream: string | undefined;
  request: ViewerRequest;
}

/** @throws FramewireError bad-request */
export function parseMediaQuery(query: unknown, base: ViewerRequest = DEFAULT_VIEWER_REQUEST): MediaQuery {
  const parsed = mediaQuery.safeParse(query);
  if (!parsed.success) throw new FramewireError('bad-request', describe(parsed.error));
  const { stream, quality, fps, width, height, mode, latencyBudgetMs } = parsed.data;
  return {
    stream,
    request: {
      ...base,
      quality: quality ?? base.quality,
      fps: fps ?? null,
      maxWidth: width ?? null,
      maxHeight: height ?? null,
      mode: mode ?? base.mode,
      latencyBudgetMs: latencyBudgetMs ?? base.latencyBudgetMs,
    },
  };
}
