import * as z from 'zod';
import { describe } from '@framewire/shared/client-message';
import { DEFAULT_VIEWER_REQUEST, type ViewerRequest } from '../../viewer/viewer.js';
import { FramewireError } from '../../errors.js';

const number = (error: string, min: number, max: number) =>
  z.coerce.number({ error }).min(min, { error }).max(max, { error });
const whole = (name: string, min: number, max: number) => {
  const error = `${name} is a whole number from ${min} to ${max}`;
  return number(error, min, max).int({ error });
};
const side = (name: string) => whole(name, 16, 16_384).optional();

const STREAM = { error: 'stream is one name of at most 64 characters' };

/** For both: a union passes on what its only near miss has to say. */
const QUALITY = { error: 'quality is a whole number from 1 to 100, or "source"' };

const mediaQuery = z.object({
  stream: z.string(STREAM).max(64, STREAM).optional(),
  quality: z.union([z.literal('source'), z.coerce.number(QUALITY).int().min(1).max(100)], QUALITY).optional(),
  fps: number('fps is a number from 0.1 to 240', 0.1, 240).optional(),
  width: side('width'),
  height: side('height'),
  size: z.enum(['auto', 'fixed'], { error: 'size is "auto" or "fixed"' }).optional(),
  mode: z.enum(['auto', 'fixed'], { error: 'mode is "auto" or "fixed"' }).optional(),
  latencyBudgetMs: whole('latencyBudgetMs', 20, 5000).optional(),
});

const ACTION = { error: 'action is "stream" or "snapshot", with _0, _1 ... behind it for one of several streams' };

const actionQuery = z.object({
  action: z
    .string(ACTION)
    .regex(/^(stream|snapshot)(_\d{1,3})?$/, ACTION)
    .optional(),
});

/** mjpg-streamer's way to ask, at `/`. */
export interface Action {
  wanted: 'stream' | 'snapshot';
  /** Which of the streams, from 0; undefined when it is left to `stream`. */
  index: number | undefined;
}

/** @returns undefined for the page itself. @throws FramewireError bad-request */
export function parseAction(query: unknown): Action | undefined {
  const { action } = parse(actionQuery, query);
  if (action === undefined) return undefined;
  const [wanted, index] = action.split('_');
  return { wanted: wanted === 'stream' ? wanted : 'snapshot', index: index === undefined ? undefined : Number(index) };
}

const ORIGIN = { error: 'origin is one site of at most 300 characters' };

const socketQuery = z.object({ origin: z.string(ORIGIN).max(300, ORIGIN).optional() });

/**
 * What may stand behind `/ws` when it is asked for by plain HTTP: of what site the page is. Browsers leave their Origin
 * header out there, where the page believes to be of this server.
 *
 * @throws FramewireError bad-request
 */
export function parseSocketQuery(query: unknown): { origin?: string | undefined } {
  return parse(socketQuery, query);
}

/** @returns undefined when none is named. @throws FramewireError bad-request */
export function parseStreamName(query: unknown): string | undefined {
  return parse(mediaQuery.pick({ stream: true }), query).stream;
}

/** What the picture endpoints accept behind the `?`. Unknown names are ignored: pages add their own against caches. */
export interface MediaQuery {
  stream: string | undefined;
  request: ViewerRequest;
}

/** @throws FramewireError bad-request */
export function parseMediaQuery(query: unknown, base: ViewerRequest = DEFAULT_VIEWER_REQUEST): MediaQuery {
  const { stream, quality, fps, width, height, size, mode, latencyBudgetMs } = parse(mediaQuery, query);
  return {
    stream,
    request: {
      ...base,
      quality: quality ?? base.quality,
      fps: fps ?? null,
      maxWidth: width ?? null,
      maxHeight: height ?? null,
      size: size ?? base.size,
      mode: mode ?? base.mode,
      latencyBudgetMs: latencyBudgetMs ?? base.latencyBudgetMs,
    },
  };
}

function parse<Query>(schema: z.ZodType<Query>, query: unknown): Query {
  const parsed = schema.safeParse(query);
  if (!parsed.success) throw new FramewireError('bad-request', describe(parsed.error));
  return parsed.data;
}
