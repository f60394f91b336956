import * as z from 'zod/mini';
import { MOST_LATENCIES, type ClientMessage } from './control.js';
import type { Parsed } from './decoder.js';

/** How a server reads what a viewer says: strictly, and with a sentence for each mistake that can be sent back. */

// Zod's small build has its sentences only when they are asked for.
z.config(z.locales.en());

/** IJG's scale, as cv2.IMWRITE_JPEG_QUALITY; source = the camera's own JPEG, untouched. */
const qualityError = { error: 'quality is a whole number from 1 to 100, or "source"' };
const quality = z.union(
  [z.int(qualityError).check(z.minimum(1), z.maximum(100)), z.literal('source', qualityError)],
  qualityError,
);
const side = (name: string) =>
  z.int({ error: `${name} is a whole number of pixels from 16 to 16384` }).check(z.minimum(16), z.maximum(16_384));

/** `Wishes`. */
const wishes = {
  codec: z.optional(z.enum(['jpeg', 'h264'], { error: 'codec is "jpeg" or "h264"' })),
  mode: z.optional(z.enum(['auto', 'fixed'], { error: 'mode is "auto" or "fixed"' })),
  quality: z.optional(quality),
  size: z.optional(z.enum(['auto', 'fixed'], { error: 'size is "auto" or "fixed"' })),
  maxWidth: z.nullish(side('maxWidth')),
  maxHeight: z.nullish(side('maxHeight')),
  fps: z.nullish(
    z
      .number({ error: "fps is a number from 0.1 to 240, or null for the source's own" })
      .check(z.minimum(0.1), z.maximum(240)),
  ),
  latencyBudgetMs: z.optional(
    z
      .int({ error: 'latencyBudgetMs is a whole number of milliseconds from 20 to 5000' })
      .check(z.minimum(20), z.maximum(5000)),
  ),
};

const hello = z.strictObject({
  type: z.literal('hello'),
  protocol: z.int({ error: 'protocol is a whole number' }),
  client: z.optional(z.string().check(z.maxLength(200))),
  token: z.optional(z.string().check(z.maxLength(4096))),
});

const subscribe = z.strictObject({
  type: z.literal('subscribe'),
  stream: z.optional(z.string({ error: 'stream is a name of at most 64 characters' }).check(z.maxLength(64))),
  ...wishes,
  acks: z.optional(z.boolean()),
  headers: z.optional(z.boolean()),
});

const latencies = (name: string) => {
  const error = `${name} is a list of at most ${MOST_LATENCIES} numbers of milliseconds, from 0 to 600000`;
  return z
    .array(z.number({ error }).check(z.minimum(0, { error }), z.maximum(600_000, { error })), { error })
    .check(z.maxLength(MOST_LATENCIES, { error }));
};

const clientMessage: z.ZodMiniType<ClientMessage> = z.discriminatedUnion(
  'type',
  [
    hello,
    subscribe,
    z.strictObject({ type: z.literal('set'), ...wishes }),
    z.strictObject({ type: z.literal('pause') }),
    z.strictObject({ type: z.literal('resume') }),
    z.strictObject({ type: z.literal('unsubscribe') }),
    z.strictObject({ type: z.literal('key') }),
    z.strictObject({
      type: z.literal('latency'),
      receivedMs: latencies('receivedMs'),
      drawnMs: latencies('drawnMs'),
    }),
  ],
  {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && !Array.isArray(input)
        ? 'type is "hello", "subscribe", "set", "pause", "resume", "unsubscribe", "key" or "latency"'
        : 'A control message is a JSON object',
  },
);

/** The one text message that is no JSON: a script says it after each picture, and needs no more than this word. */
export const NEXT = 'next';

/** All that a viewer can say in text. */
export type ClientText = ClientMessage | { type: typeof NEXT };

/** Parses what a viewer sent. Never throws: `reason` is a sentence that can be sent back. */
export function parseClientMessage(text: string): Parsed<ClientText> {
  if (text === NEXT) return { ok: true, message: { type: NEXT } };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'A control message is JSON; this one is not.' };
  }
  const result = clientMessage.safeParse(json);
  return result.success ? { ok: true, message: result.data } : { ok: false, reason: describe(result.error) };
}

const LONGEST_REASON = 300;

/** The first issue as one sentence: a stranger's message can have thousands, and keys of any length. */
export function describe(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The message is not valid.';
  const path = issue.path.join('.');
  const reason = path === '' || issue.message.startsWith(path) ? issue.message : `${path}: ${issue.message}`;
  return reason.length <= LONGEST_REASON ? `${reason}.` : `${reason.slice(0, LONGEST_REASON)}...`;
}
