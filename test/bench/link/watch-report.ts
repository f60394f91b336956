import * as z from 'zod';

const common = {
  url: z.string(),
  viewers: z.int().min(1),
  seconds: z.number(),
  /** Wall clock, ms: all that is measured begins then. */
  startAt: z.number(),
  /** Where the report goes, as JSON. */
  file: z.string(),
  /** How long a picture takes to be drawn, ms. */
  drawMs: z.number(),
  /** Whether ages are read from the pictures; else the server is believed, which costs no memory. */
  readsTimeCode: z.boolean(),
};

const order = z.discriminatedUnion('kind', [
  /** `subscribe`: the control message to send, as JSON. */
  z.object({ kind: z.literal('websocket'), subscribe: z.string(), ...common }),
  /** A WebSocket without headers and acknowledgements, as scripts have it. */
  z.object({ kind: z.literal('bare'), subscribe: z.string(), ...common }),
  /** `accept`: what it says of itself: browsers ask for images. */
  z.object({ kind: z.literal('multipart'), accept: z.string(), ...common }),
]);
/** What the viewers of one measurement are to do. */
export type WatchOrder = z.infer<typeof order>;

const seen = z.object({
  viewer: z.int(),
  /** ms since the start of the measurement. */
  at: z.number(),
  /** Capture to the whole picture received; null where nobody knows. */
  ageMs: z.nullable(z.number()),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
});
/** One picture as it arrived. */
export type Seen = z.infer<typeof seen>;

export const parseWatchOrder = (json: unknown): WatchOrder => order.parse(json);
export const parseWatchReport = (json: unknown): Seen[] => z.array(seen).parse(json);
