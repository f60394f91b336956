import type { Mat } from '@u4/opencv4nodejs';
import type { Frame } from 'node-av/lib';
import { encodeFrameHeader, type FrameHeader } from '@framewire/shared/frame-header';
import type { Orientation } from './source/orientation.js';

/** Pixels where they lie. Each kind has its own encoders, so that none is copied into the other's memory. */
export type Pixels =
  /** Any format, planes and strides that FFmpeg describes. */
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** 8 bits a channel: packed BGR (`CV_8UC3`) or grey (`CV_8UC1`), in OpenCV's memory. */
  | { readonly kind: 'mat'; readonly mat: Mat };

/** What a source hands over for one picture. Whoever gets it calls `free` exactly once. */
export interface Picture {
  /** ms on the monotonic clock: the device's own stamp where it has one, else the time of arrival. */
  readonly capturedAt: number;
  readonly width: number;
  readonly height: number;
  /** How it is to be turned before it is shown, where it says so itself; `openSource` sees to that. */
  readonly orientation?: Orientation | undefined;
  /** The whole JPEG as the source made it, when it makes JPEGs. Immutable, valid after `free`. */
  readonly jpeg?: Uint8Array;
  /** Borrowed until `free`. Decodes or converts at the first call only. @throws DamagedPicture */
  pixels(): Promise<Pixels>;
  free(): void;
}

/** Thrown by `pixels`: the picture cannot be decoded. Its source counts such pictures and says so. */
export class DamagedPicture extends Error {
  constructor() {
    super('The picture is damaged.');
    this.name = 'DamagedPicture';
  }
}

/** A picture with its number, shared by the renditions that encode it; freed with its last reference. */
export class RawFrame {
  readonly seq: number;
  readonly picture: Picture;
  #references = 1;

  /** Takes ownership of the picture. */
  constructor(seq: number, picture: Picture) {
    this.seq = seq;
    this.picture = picture;
  }

  retain(): this {
    if (this.#references === 0) throw new Error('A freed raw frame was retained.');
    this.#references += 1;
    return this;
  }

  release(): void {
    if (this.#references === 0) throw new Error('A raw frame was released twice.');
    this.#references -= 1;
    if (this.#references === 0) this.picture.free();
  }
}

/** One picture in one rendition, ready to send: built once, immutable, shared by viewers; a padded copy is for one alone. */
export interface EncodedFrame {
  readonly header: Readonly<FrameHeader>;
  /** `header` as it goes over the wire. */
  readonly headerBytes: Uint8Array;
  /** A whole JPEG (or one access unit). */
  readonly payload: Uint8Array;
}

/** A frame with its header in both forms. Takes the payload over. */
export function encodedFrame(header: FrameHeader, payload: Uint8Array): EncodedFrame {
  return { header, headerBytes: encodeFrameHeader(header), payload };
}

/** What a source turned out to be once it was open. */
export interface SourceInfo {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames a second that the source announces; 0 when it does not say. */
  readonly fps: number;
  /** It makes JPEGs of its own, so quality `source` can pass them through. */
  readonly isJpeg: boolean;
  /** For people: `camera /dev/video0, 1280x720, 30 fps, MJPG`. */
  readonly description: string;
}

/** Whether ladders and renditions of the one are right for the other. */
export function hasSameShape(a: SourceInfo, b: SourceInfo | undefined): boolean {
  return a.width === b?.width && a.height === b.height && a.isJpeg === b.isJpeg;
}
