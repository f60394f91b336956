import type { Picture, SourceInfo } from '../frames.js';
import type { Orientation } from './orientation.js';

/** An open source: pictures come out of it one by one, as fast as it makes them. */
export interface Source {
  /** As of the last picture; another object when its size has changed. */
  readonly info: SourceInfo;
  /** How its pictures are to be turned that say nothing of it themselves; absent: not at all. */
  readonly orientation?: Orientation;
  /** Data comes, and will be pictures from the next key frame on: its silence is no stall. */
  readonly waitsForKeyFrame?: boolean;
  /**
   * The next picture; the caller frees it. Call it again at once, or the device's own queue grows old.
   *
   * @throws FramewireError of a `source-` code when the source ended, vanished or was closed.
   */
  read(): Promise<Picture>;
  /** Ends a pending read too. Waits until every picture is freed, because some lie in the device's own memory. */
  close(): Promise<void>;
}

/** What a source may tell the process that it lives in. */
export interface SourceHost {
  /** Something is other than asked for, yet it goes on. */
  warn(message: string): void;
  /** So many pictures were damaged and dropped. */
  damaged(pictures: number): void;
  /** Native code is about to hold the event loop for up to so long, ms: to be awaited before it does. */
  expectBlocking(ms: number): Promise<void>;
  /** A user's step will want every picture as an OpenCV matrix. */
  readonly wantsMats: boolean;
}
