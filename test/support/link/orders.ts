import * as z from 'zod';

/** What is said between a test and its emulated link, over the IPC of Node's fork. */

const options = z.object({
  /** Bits a second, towards the viewer. */
  rate: z.number().positive(),
  /** What a token bucket lets through at once when it is full, bytes; 0: no bucket. */
  burst: z.int().nonnegative(),
  /** What may wait before the narrowest place, ms at the rate at the start. */
  queueMs: z.number().positive(),
  /** There and back on an empty link. */
  rttMs: z.number().nonnegative(),
  /** Each slice is later by 0 to twice this, in order. */
  jitterMs: z.number().nonnegative(),
  /** What arrives is let out together this often, as by a proxy that collects; 0: at once. */
  glueMs: z.number().nonnegative(),
  seed: z.int(),
});
export type LinkOptions = z.infer<typeof options>;

const order = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), host: z.string(), port: z.int(), options }),
  z.object({ type: z.literal('set'), options: options.pick({ rate: true, jitterMs: true, glueMs: true }).partial() }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('resume') }),
]);
export type Order = z.infer<typeof order>;

const report = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), port: z.int() }),
  z.object({ type: z.literal('done') }),
]);
export type Report = z.infer<typeof report>;

export const parseOrder = (message: unknown): Order => order.parse(message);
export const parseReport = (message: unknown): Report => report.parse(message);
