import * as z from 'zod';
import { orientation } from '../source/orientation.js';
import { sourceSpec } from '../source/source-spec.js';

/**
 * What the server and an engine tell each other over Node's IPC channel. Pictures do not go this way: they follow
 * on a pipe of their own, as bytes (`frame-pipe.ts`).
 */
const renditionSpec = z.object({
  codec: z.enum(['jpeg', 'h264']),
  width: z.int().min(1),
  height: z.int().min(1),
  quality: z.union([z.int().min(1).max(100), z.literal('source')]),
});

export const toEngine = z.discriminatedUnion('type', [
  /** `transform`: absolute path of the user's step; null without one. */
  z.object({
    type: z.literal('start'),
    source: sourceSpec,
    orientation,
    transform: z.string().nullable(),
    streamId: z.int(),
  }),
  z.object({
    type: z.literal('want'),
    id: z.int(),
    spec: renditionSpec,
    /** Frames a second that somebody is ready for now: 0 for nobody, null for all there are. */
    fps: z.number().min(0).nullable(),
  }),
  z.object({ type: z.literal('drop'), id: z.int() }),
]);
export type ToEngine = z.infer<typeof toEngine>;
/** What an engine is for. */
export type EngineStart = Omit<Extract<ToEngine, { type: 'start' }>, 'type'>;

export const fromEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('starting') }),
  z.object({
    type: z.literal('live'),
    info: z.object({
      width: z.int().min(1),
      height: z.int().min(1),
      fps: z.number(),
      isJpeg: z.boolean(),
      description: z.string(),
    }),
  }),
  /** `reason` is for viewers too, `hint` for the operator alone; empty where there is none. */
  z.object({ type: z.literal('lost'), code: z.string(), reason: z.string(), hint: z.string() }),
  /** Native code hangs: the source is lost, and the process ends itself to be replaced. */
  z.object({ type: z.literal('ending'), code: z.string(), reason: z.string(), hint: z.string() }),
  /** As `failed` of a producer. */
  z.object({ type: z.literal('failed'), id: z.int(), seq: z.int().min(0), reason: z.string() }),
  /** Sent twice a second, because a hung process is told from a quiet one only so. Counts are since the start. */
  z.object({
    type: z.literal('alive'),
    captured: z.int(),
    encoded: z.int(),
    damaged: z.int(),
    /** How long each frame took that was encoded since the last of these, ms. */
    encodeMs: z.array(z.number().min(0)),
    memoryBytes: z.number().min(0),
  }),
  z.object({ type: z.literal('warning'), message: z.string() }),
  /** Native code is about to hold the event loop for up to so long, ms: no heartbeat meanwhile is no hang. */
  z.object({ type: z.literal('blocking'), ms: z.number().min(0).max(60_000) }),
]);
export type FromEngine = z.infer<typeof fromEngine>;

export const HEARTBEAT_MS = 500;
