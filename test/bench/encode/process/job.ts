import * as z from 'zod';

/** What is said between the bench and the processes that encode for it, over the IPC of Node's fork. */

/** Ways from what lies in memory to a JPEG, each through the server's own classes. */
const WAYS = [
  'yuyv-ffmpeg',
  'yuyv-sharp',
  'yuyv-opencv',
  'bgr-opencv',
  'bgr-ffmpeg',
  'yuyv-mat-opencv',
  'jpeg-ffmpeg',
  'jpeg-opencv',
  'jpeg-mat-opencv',
] as const;
export type WayKey = (typeof WAYS)[number];

const job = z.object({
  way: z.enum(WAYS),
  /** Of the pictures, pixels; what comes out has the same size. */
  width: z.int(),
  height: z.int(),
  quality: z.int(),
  /** Files, each with one picture: YUYV bytes without padding, or a JPEG, as the way wants it. Gone through in turn. */
  inputs: z.array(z.string()).min(1),
  /** How many pictures to encode, and how far apart their starts are, ms; 0: one after the other. */
  pictures: z.int(),
  everyMs: z.number(),
  /** Where to write the JPEGs of `inputs`, one behind the other; null: nowhere. */
  out: z.string().nullable(),
});
export type Job = z.infer<typeof job>;

const done = z.object({
  type: z.literal('done'),
  /** For each picture, ms: from what lies there to the pixels that are encoded, and from those to the JPEG. */
  pixelsMs: z.array(z.number()),
  encodeMs: z.array(z.number()),
  /** CPU of the whole process for a picture, mean, ms. */
  cpuMs: z.number(),
  /** Mean size of a JPEG. */
  bytes: z.number(),
});
export type Done = z.infer<typeof done>;

const reply = z.discriminatedUnion('type', [done, z.object({ type: z.literal('failed'), reason: z.string() })]);
export type Reply = z.infer<typeof reply>;

export const parseJob = (message: unknown): Job => job.parse(message);
export const parseReply = (message: unknown): Reply => reply.parse(message);
