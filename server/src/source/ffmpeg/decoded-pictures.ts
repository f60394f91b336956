import { AV_FRAME_DATA_DISPLAYMATRIX, AV_FRAME_FLAG_CORRUPT } from 'node-av/constants';
import type { Frame, Packet } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import type { Picture } from '../../frames.js';
import { matrixOf, shownSize } from './marks.js';
import { toAspect } from './demuxer.js';
import type { DamageCount } from '../damage.js';
import { orientationOf, type Orientation } from '../orientation.js';
import type { Decoder } from './decoder.js';
import type { PictureMaker } from './pictures.js';

/** Pictures of any other kind: decoded as they come, because each may build on the one before. */
export class DecodedPictures implements PictureMaker {
  readonly #decoder: Decoder;
  readonly #damage: DamageCount;
  readonly #isCamera: boolean;
  readonly #pixelAspect: number;
  #size: Size | undefined;
  /** Frames handed out and not yet freed. */
  #lent = 0;
  #onReturned: (() => void) | undefined;

  /** Takes the decoder over. @param pixelAspect of the container; 0: as the pictures say. */
  constructor(decoder: Decoder, damage: DamageCount, marks: { isCamera: boolean; pixelAspect: number }) {
    this.#isCamera = marks.isCamera;
    this.#pixelAspect = marks.pixelAspect;
    this.#decoder = decoder;
    this.#damage = damage;
  }

  get size(): Size | undefined {
    return this.#size;
  }

  async make(packet: Packet, capturedAt: number): Promise<Picture | undefined> {
    const frame = this.#undamaged(await this.#decoder.decode(packet));
    return frame && this.#lend(frame, capturedAt);
  }

  async makeLast(due: () => Promise<number>): Promise<Picture | undefined> {
    for (;;) {
      const frame = await this.#decoder.decode(null);
      if (frame === undefined) return undefined;
      const whole = this.#undamaged(frame);
      if (whole !== undefined) return this.#lend(whole, await due());
    }
  }

  flush(): Promise<void> {
    return this.#decoder.flush();
  }

  stop(): Promise<void> {
    return this.#decoder.close();
  }

  async allReturned(): Promise<void> {
    if (this.#lent === 0) return;
    await new Promise<void>(resolve => {
      this.#onReturned = resolve;
    });
  }

  /** FFmpeg conceals what is missing in a picture, and says that it did. */
  #undamaged(frame: Frame | undefined): Frame | undefined {
    if (frame === undefined || !(frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT))) return frame;
    frame.free();
    this.#damage.add(1);
    return undefined;
  }

  #lend(frame: Frame, capturedAt: number): Picture {
    const { width, height } = shownSize(frame, this.#pixelAspect || toAspect(frame.sampleAspectRatio));
    frame.colorSpace = matrixOf(frame.colorSpace, frame, this.#isCamera);
    if (this.#size?.width !== width || this.#size.height !== height) this.#size = { width, height };
    this.#lent += 1;
    const free = () => {
      frame.free();
      this.#lent -= 1;
      if (this.#lent === 0) this.#onReturned?.();
    };
    const orientation = orientationOfFrame(frame);
    return { capturedAt, width, height, orientation, pixels: () => Promise.resolve({ kind: 'frame', frame }), free };
  }
}

/** As pictures in files (PNG, TIFF) and streams that turn on the way have it; FFmpeg adds what the container says. */
function orientationOfFrame(frame: Frame): Orientation | undefined {
  const matrix = frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX);
  return matrix === null ? undefined : orientationOf(matrix);
}
