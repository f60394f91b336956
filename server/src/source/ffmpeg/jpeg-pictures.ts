import { AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_MJPEG } from 'node-av/constants';
import { CodecParameters, Packet, type Frame } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { DamagedPicture, type Picture } from '../../frames.js';
import { DamageCount } from '../damage.js';
import { Decoder } from './decoder.js';
import { UNCHECKED, checkJpeg, type JpegCheck } from '../jpeg/jpeg-check.js';
import type { PictureMaker } from './pictures.js';
import type { SourceHost } from '../source.js';

/** So many pictures in a row that only a strict decoder refuses are a camera's habit, not damage. */
const HABIT_AFTER = 30;

/**
 * JPEGs, handed on undecoded. Each is whole in itself, so they are decoded when somebody wants their pixels, and by a
 * decoder that shares nothing with what is read meanwhile.
 */
export class JpegPictures implements PictureMaker {
  readonly #decoder: Decoder;
  readonly #damage: DamageCount;
  readonly #announced: Size | undefined;
  #size: Size | undefined;
  #check: JpegCheck = UNCHECKED;
  #refusedInRow = 0;

  /**
   * Takes the decoder over, a strict one.
   *
   * @param announced by the input. Pictures of half that height are the fields of interlaced ones, two in a packet.
   */
  constructor(decoder: Decoder, damage: DamageCount, announced: Size | undefined) {
    this.#decoder = decoder;
    this.#announced = announced;
    this.#damage = damage;
  }

  /** For JPEGs that come otherwise than through FFmpeg. @param what names their source. */
  static async open(what: string, host: SourceHost): Promise<JpegPictures> {
    using parameters = new CodecParameters();
    parameters.alloc();
    parameters.codecType = AVMEDIA_TYPE_VIDEO;
    parameters.codecId = AV_CODEC_ID_MJPEG;
    const decoder = await Decoder.open(parameters, what, true);
    return new JpegPictures(decoder, new DamageCount(what, host), undefined);
  }

  get size(): Size | undefined {
    return this.#size;
  }

  make(packet: Packet, capturedAt: number): Promise<Picture | undefined> {
    return Promise.resolve(this.makeOf(packet.data ?? Buffer.alloc(0), capturedAt));
  }

  /** As `make`, of the JPEG itself. @param bytes borrowed for this call. */
  makeOf(bytes: Buffer, capturedAt: number): Picture | undefined {
    const { check, jpeg, damaged } = checkJpeg(this.#check, bytes);
    this.#check = check;
    this.#damage.add(damaged);
    const { shape } = check;
    if (jpeg === undefined || shape === undefined) return undefined;
    const isField = areFields(shape, this.#announced);
    const { width, height } = isField ? this.#announced : shape;
    if (this.#size?.width !== width || this.#size.height !== height) this.#size = { width, height };
    // Copied, because the packet may be the driver's own buffer, which it needs back for a coming picture.
    const picture = this.#picture(Buffer.from(jpeg), { width, height }, isField, capturedAt);
    return shape.orientation === undefined ? picture : { ...picture, orientation: shape.orientation };
  }

  makeLast(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.#decoder.close();
  }

  allReturned(): Promise<void> {
    return Promise.resolve();
  }

  #picture(jpeg: Buffer, { width, height }: Size, isField: boolean, capturedAt: number): Picture {
    let decoded: Promise<Frame> | undefined;
    return {
      capturedAt,
      width,
      height,
      // A field alone is not the picture.
      ...(isField ? {} : { jpeg }),
      pixels: async () => {
        decoded ??= this.#decode(jpeg);
        return { kind: 'frame', frame: await decoded };
      },
      // What went wrong was thrown by `pixels`.
      free: () =>
        void decoded?.then(
          frame => frame.free(),
          () => undefined,
        ),
    };
  }

  /** @throws DamagedPicture */
  async #decode(jpeg: Buffer): Promise<Frame> {
    using packet = new Packet();
    packet.alloc();
    packet.data = jpeg;
    const frame = await this.#decoder.decode(packet);
    if (frame !== undefined) {
      this.#refusedInRow = 0;
      return frame;
    }
    this.#damage.add(1);
    this.#refusedInRow += 1;
    if (this.#refusedInRow === HABIT_AFTER) await this.#decoder.conceal();
    throw new DamagedPicture();
  }
}

function areFields(size: Size, announced: Size | undefined): announced is Size {
  return announced?.width === size.width && announced.height === size.height * 2;
}
