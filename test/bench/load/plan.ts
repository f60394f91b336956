import * as z from 'zod';

/** What is said between the bench and its load client, over the IPC of Node's fork. */

const protocol = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('multipart'), path: z.string() }),
  z.object({ kind: z.literal('websocket'), path: z.string(), subscribe: z.string(), acknowledges: z.boolean() }),
  /** Of the floors: u32 length of all, f64 wall clock (ms), then bytes that mean nothing; little-endian. */
  z.object({ kind: z.literal('marked'), answers: z.boolean() }),
]);
/**
 * How a viewer gets its frames. `subscribe`: the control message to send, as JSON; `answers`: whether each frame is
 * answered with as many bytes as an acknowledgement has.
 */
export type Protocol = z.infer<typeof protocol>;

const plan = z.object({
  type: z.literal('plan'),
  port: z.int(),
  /** With TLS; whoever has signed the certificate is trusted. */
  isSecure: z.boolean(),
  viewers: z.int().min(1),
  protocol,
  /** How many viewers keep their frames, to read the age from them. */
  samples: z.int(),
  /** Viewers replaced each second: half of them leave with a proper end, half without a word. */
  churn: z.int(),
});
export type Plan = z.infer<typeof plan>;

const order = z.discriminatedUnion('type', [plan, z.object({ type: z.literal('measure'), seconds: z.number() })]);
export type Order = z.infer<typeof order>;

const load = z.object({
  type: z.literal('load'),
  /** How long it was counted, seconds. */
  seconds: z.number(),
  /** Frames a second of the mean viewer and of the one that got the fewest. */
  fps: z.number(),
  slowestFps: z.number(),
  /** Mean bytes of a frame with everything around it, as sent. */
  frameBytes: z.number(),
  /** Capture to whole frame received, ms, of every frame of the viewers that kept theirs; ascending. */
  ages: z.array(z.number()),
  /** Kept frames without a readable time code. */
  unreadable: z.int(),
  /** CPU of the load client itself while it counted, cores. */
  clientCores: z.number(),
});
export type Load = z.infer<typeof load>;

const report = z.discriminatedUnion('type', [
  /** Every viewer has its first frame. */
  z.object({ type: z.literal('ready') }),
  /** The time is over: counting has ended, the load too. */
  z.object({ type: z.literal('measured') }),
  load,
  z.object({ type: z.literal('failed'), reason: z.string() }),
]);
export type Report = z.infer<typeof report>;

export const parseOrder = (message: unknown): Order => order.parse(message);
export const parseReport = (message: unknown): Report => report.parse(message);
