import * as z from 'zod/mini';

/** Control messages: JSON text messages, parsed here at the edge of every process and never cast. */

// Zod's small build is a quarter of the other one's size in a page; only its sentences have to be asked for.
z.config(z.locales.en());

/** IJG's scale, as cv2.IMWRITE_JPEG_QUALITY; source = the camera's own JPEG, untouched. */
const qualityError = { error: 'quality is a whole number from 1 to 100, or "source"' };
const quality = z.union(
  [z.int(qualityError).check(z.minimum(1), z.maximum(100)), z.literal('source', qualityError)],
  qualityError,
);
const side = (name: string) =>
  z.int({ error: `${name} is a whole number of pixels from 16 to 16384` }).check(z.minimum(16), z.maximum(16_384));

/** What a viewer can ask for, and change while it watches. Every field is optional: absent means as it was. */
const wishes = {
  codec: z.optional(z.enum(['jpeg', 'h264'], { error: 'codec is "jpeg" or "h264"' })),
  mode: z.optional(z.enum(['auto', 'fixed'], { error: 'mode is "auto" or "fixed"' })),
  quality: z.optional(quality),
  /** fixed: all pictures are as large as the first. Absent: `auto`, or `fixed` with `headers: false`. */
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
  /** Absent: the first stream. */
  stream: z.optional(z.string({ error: 'stream is a name of at most 64 characters' }).check(z.maxLength(64))),
  ...wishes,
  /** Whether this viewer acknowledges frames. Absent: as `headers`. */
  acks: z.optional(z.boolean()),
  /** false: every binary message is a bare picture, for scripts of five lines. */
  headers: z.optional(z.boolean()),
});

const set = z.strictObject({ type: z.literal('set'), ...wishes });

const clientMessage = z.discriminatedUnion(
  'type',
  [
    hello,
    subscribe,
    set,
    z.strictObject({ type: z.literal('pause') }),
    z.strictObject({ type: z.literal('resume') }),
    z.strictObject({ type: z.literal('unsubscribe') }),
    z.strictObject({ type: z.literal('key') }),
  ],
  {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && !Array.isArray(input)
        ? 'type is "hello", "subscribe", "set", "pause", "resume", "unsubscribe" or "key"'
        : 'A control message is a JSON object',
  },
);

/** The one text message that is no JSON: a script says it after each picture, and needs no more than this word. */
export const NEXT = 'next';

export type ClientMessage = z.infer<typeof clientMessage>;
/** All that a viewer can say in text. */
export type ClientText = ClientMessage | { type: typeof NEXT };
export type Subscribe = z.infer<typeof subscribe>;
export type Wishes = Omit<z.infer<typeof set>, 'type'>;

/** `live`: pictures come; `starting`: being opened; `idle`: nobody looks; `lost`: see the reason, being reopened. */
const well = z.object({ state: z.enum(['idle', 'starting', 'live']) });
const lost = z.object({ state: z.literal('lost'), code: z.string(), reason: z.string() });
const sourceState = z.discriminatedUnion('state', [well, lost]);
export type SourceState = z.infer<typeof sourceState>;

const streamInfo = z.object({
  name: z.string(),
  /** `stream` in frame headers. */
  id: z.int(),
  /** For people: `camera /dev/video0, 1280x720, 30 fps, MJPG`. */
  description: z.string(),
  source: sourceState,
  /** The source's own size and rate; null before it was opened for the first time. */
  width: z.nullable(z.int()),
  height: z.nullable(z.int()),
  fps: z.nullable(z.number()),
  viewers: z.int(),
  /** Pictures captured and frames encoded, in all renditions, since the server started. */
  captured: z.int(),
  encoded: z.int(),
  /** The renditions in use now, as `jpeg-640x360-q30`. */
  renditions: z.array(z.string()),
});
export type StreamInfo = z.infer<typeof streamInfo>;

const chosenRendition = z.object({
  /** `rendition` in frame headers. */
  id: z.int(),
  codec: z.enum(['jpeg', 'h264']),
  width: z.int(),
  height: z.int(),
  quality: z.union([z.int(), z.literal('source')]),
  /** Frames a second at most, for this viewer; null: as many as the source has. */
  fps: z.nullable(z.number()),
});
export type ChosenRendition = z.infer<typeof chosenRendition>;

/** What a choice follows: the viewer's own question, or a change of its link or of the source that nobody asked for. */
const changeCause = z.enum(['asked', 'link', 'source']);
export type ChangeCause = z.infer<typeof changeCause>;

/** Why a frame was not sent to a viewer. Received + all of these = captured while it watched. */
export const DROP_REASONS = ['rate', 'superseded', 'skipped'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** What the server knows of the way to one viewer, and what it makes of it. null: not known yet. */
const linkStats = z.object({
  /** What the narrowest place of the way carries, bits a second. */
  bitsPerSecond: z.nullable(z.number()),
  /** Round trip of a small message on an empty way: the smallest of the last half minute, ms. */
  rttMs: z.nullable(z.number()),
  /** How long the last frame waited behind others on its way, ms. */
  queueMs: z.nullable(z.number()),
  /** How far down the ladder of renditions this viewer is, and how many rungs it has; 0: what was asked for. */
  rung: z.int(),
  rungs: z.int(),
  latencyBudgetMs: z.int(),
});
export type LinkStats = z.infer<typeof linkStats>;

const stats = z.object({
  type: z.literal('stats'),
  /** Pictures captured since this viewer subscribed: sent + dropped + at most one waiting. */
  captured: z.int(),
  sent: z.int(),
  sentBytes: z.number(),
  /** `rate`: more than the fps asked for; `superseded`: a newer one came first; `skipped`: never encoded in this rendition. */
  dropped: z.object({ rate: z.int(), superseded: z.int(), skipped: z.int() }),
  link: linkStats,
  /** Pictures a second that this viewer takes where it is the limit, not its link; null: it takes all that come. */
  viewerFps: z.optional(z.nullable(z.number())),
  /** Viewers of this stream now. */
  viewers: z.int(),
});
export type ViewerStats = Omit<z.infer<typeof stats>, 'type'>;

const ofStream = { type: z.literal('source'), stream: z.string() };

const serverMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.int(),
    /** For people: `framewire 0.1.0`. */
    server: z.string(),
    streams: z.array(streamInfo),
    limits: z.object({ renditions: z.int(), viewers: z.int(), controlBytes: z.int() }),
    capabilities: z.object({
      codecs: z.array(z.string()),
      modes: z.array(z.string()),
      /** Whether acknowledgements may say what the viewer held up itself; absent: an older server's may not. */
      held: z.optional(z.boolean()),
    }),
  }),
  z.object({
    type: z.literal('subscribed'),
    stream: z.string(),
    streamId: z.int(),
    rendition: chosenRendition,
    mode: z.enum(['auto', 'fixed']),
    cause: changeCause,
    /** For people: how what was chosen differs from what was asked; empty when it does not. */
    why: z.string(),
  }),
  z.discriminatedUnion('state', [z.extend(well, ofStream), z.extend(lost, ofStream)]),
  stats,
  z.object({
    type: z.literal('acks'),
    /** One acknowledgement for so many frames is enough, ... */
    every: z.int().check(z.gte(1)),
    /** ... and one for each whose payload took longer than this, ms. */
    slowMs: z.number(),
  }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string(), hint: z.optional(z.string()) }),
]);

export type ServerMessage = z.infer<typeof serverMessage>;

export type Parsed<T> = { ok: true; message: T } | { ok: false; reason: string };

/** Parses what a viewer sent. Never throws: `reason` is a sentence that can be sent back. */
export function parseClientMessage(text: string): Parsed<ClientText> {
  return text === NEXT ? { ok: true, message: { type: NEXT } } : parse(clientMessage, text);
}

/** Parses what a server sent; fields that a newer server adds are left out. */
export function parseServerMessage(text: string): Parsed<ServerMessage> {
  return parse(serverMessage, text);
}

const streamList = z.object({ server: z.string(), streams: z.array(streamInfo) });
/** What `GET /api/streams` answers; `server` as in `welcome`. */
export type StreamList = z.infer<typeof streamList>;

/** Parses the answer of `GET /api/streams`, for those who want the list without a connection. */
export function parseStreamList(text: string): Parsed<StreamList> {
  return parse(streamList, text);
}

function parse<T>(schema: z.ZodMiniType<T>, text: string): Parsed<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'A control message is JSON; this one is not.' };
  }
  const result = schema.safeParse(json);
  if (result.success) return { ok: true, message: result.data };
  return { ok: false, reason: describe(result.error) };
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
