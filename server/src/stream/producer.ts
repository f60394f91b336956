import type { FrameHeader } from '@framewire/shared/frame-header';
import type { RenditionSpec } from '@framewire/shared/rendition';
import type { SourceState, StreamInfo } from '@framewire/shared/control';
import type { SourceInfo } from '../frames.js';

/**
 * Where a stream's frames come from. The engine's proxy is one; a relay, which gets them from another machine, can
 * be one as well. Everything that viewers share (renditions, limits, placeholders) lies above it, in `Stream`.
 */
export interface Producer {
  /** Opens the source. Does nothing when it is open already. */
  start(): void;
  /** Closes the source and frees all that belongs to it; `start` may follow. */
  stop(): Promise<void>;
  /**
   * Says at which rate somebody is ready for a rendition now.
   *
   * @param fps 0: nobody is, nothing is encoded; Infinity: every picture that the source has.
   */
  want(id: number, spec: RenditionSpec, fps: number): void;
  /** Nobody watches this rendition any more. */
  drop(id: number): void;
}

/** Pictures since the server started. */
export type ProducerCounts = Pick<StreamInfo, 'captured' | 'encoded' | 'damaged'>;

/** How the process that produces is doing, for the operator. */
export interface ProducerHealth {
  /** How often it was started again after it had ended by itself. */
  readonly restarts: number;
  /** Its memory, bytes; 0 while there is none. */
  readonly memoryBytes: number;
}

export interface ProducerEvents {
  /** Numbering of pictures starts anew with the next frame. */
  restarted(): void;
  /** `info` comes with `live`; `hint`, for the operator alone, with `lost`. Viewers read the state. */
  source(state: SourceState, info?: SourceInfo, hint?: string): void;
  /** `header.seq` counts pictures since `restarted`. The payload is the receiver's to keep. */
  frame(header: FrameHeader, payload: Uint8Array): void;
  /**
   * Every picture of a rendition has failed for a second; said again each second while that lasts. `seq` is that of the
   * newest of them, as in `frame`; the next frame of the rendition says that it is over.
   */
  failed(id: number, seq: number, reason: string): void;
  counts(counts: ProducerCounts): void;
  health(health: ProducerHealth): void;
  /** Something that an operator should read. */
  warning(message: string): void;
}

export type CreateProducer = (events: ProducerEvents) => Producer;
