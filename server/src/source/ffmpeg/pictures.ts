import type { Packet } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import type { Picture } from '../../frames.js';

/** Makes pictures of a stream's packets: JPEGs that stay as they are, or pictures that are decoded as they come. */
export interface PictureMaker {
  /** Of the last picture; undefined before the first. Another object when it has changed. */
  readonly size: Size | undefined;
  /**
   * @param packet borrowed for this call.
   * @returns undefined for a packet without a picture, or with a damaged one.
   */
  make(packet: Packet, capturedAt: number): Promise<Picture | undefined>;
  /**
   * A picture that is held back at the end of a file, because pictures may be coded out of order; undefined when there
   * is none left.
   *
   * @param due resolves with its time, ms on the monotonic clock.
   */
  makeLast(due: () => Promise<number>): Promise<Picture | undefined>;
  /** What comes next is from elsewhere in the file. */
  flush(): Promise<void>;
  /** Waits for the decoding under way; none follows. */
  stop(): Promise<void>;
  /** Waits until those of its pictures are freed that lie in the memory of the input. */
  allReturned(): Promise<void>;
}
