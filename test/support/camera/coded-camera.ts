import sharp from 'sharp';
import { MjpegCamera } from './mjpeg-camera.js';
import { seeded } from '../../shared/seeded.js';
import { encodeTimeCode, timeCodeOf, type TimeCode } from './time-code.js';

/** Each bit of the code is a square of so many pixels of the picture's width. */
const CELLS_PER_WIDTH = 80;
const COLUMNS = 32;
const BITS = 64;
const CODE_ROWS = BITS / COLUMNS;

/** Grey pictures that all differ: noise that costs bits, and a time code in two corners, at the top and at the bottom. */
export class CodedCamera implements AsyncDisposable {
  readonly #camera: MjpegCamera;
  readonly #pixels: Uint8Array;
  readonly #width: number;
  readonly #height: number;
  readonly #timer: NodeJS.Timeout;
  #sequence = 0;
  #isDrawing = false;

  /** @param fps pictures a second, 40 at most. @param width pixels, a multiple of 80. @param height pixels */
  static async open({ width, height, fps }: { width: number; height: number; fps: number }): Promise<CodedCamera> {
    const blank = sharp({ create: { width, height, channels: 3, background: 'gray' } });
    return new CodedCamera(await MjpegCamera.open(await blank.jpeg().toBuffer(), false), width, height, fps);
  }

  private constructor(camera: MjpegCamera, width: number, height: number, fps: number) {
    this.#camera = camera;
    this.#width = width;
    this.#height = height;
    const random = seeded(1);
    this.#pixels = Uint8Array.from({ length: width * height }, () => 96 + 64 * random());
    this.#timer = setInterval(() => void this.#draw(), 1000 / fps);
  }

  get url(): string {
    return this.#camera.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#camera[Symbol.asyncDispose]();
  }

  async #draw(): Promise<void> {
    // A busy machine has a camera of fewer pictures.
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    this.#sequence += 1;
    const code = encodeTimeCode({ ticks: BigInt(Math.floor(Date.now() * 10)), sequence: this.#sequence });
    const cell = this.#width / CELLS_PER_WIDTH;
    for (const top of [0, this.#height - CODE_ROWS * cell]) this.#paint(code, top, cell);
    const raw = { width: this.#width, height: this.#height, channels: 1 } as const;
    this.#camera.jpeg = await sharp(this.#pixels, { raw }).jpeg({ quality: 90 }).toBuffer();
    this.#camera.send();
    this.#isDrawing = false;
  }

  #paint(code: bigint, top: number, cell: number): void {
    for (let bit = 0; bit < BITS; bit += 1) {
      const isWhite = ((code >> BigInt(BITS - 1 - bit)) & 1n) === 1n;
      const x = (bit % COLUMNS) * cell;
      const y = top + Math.floor(bit / COLUMNS) * cell;
      for (let row = y; row < y + cell; row += 1) {
        this.#pixels.fill(isWhite ? 235 : 16, row * this.#width + x, row * this.#width + x + cell);
      }
    }
  }
}

export interface CodedPicture {
  width: number;
  height: number;
  /** undefined: it is no whole picture of a `CodedCamera`; the codes at its top and at its bottom do not agree. */
  code: TimeCode | undefined;
}

/** @param picture a file, or the bytes of one, in any format that sharp reads. */
export async function readCodedPicture(picture: string | Uint8Array): Promise<CodedPicture> {
  const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const top = timeCodeOf(data, width, channels);
  const firstRow = height - Math.round((CODE_ROWS * width) / CELLS_PER_WIDTH);
  const bottom = timeCodeOf(data.subarray(firstRow * width * channels), width, channels);
  return { width, height, code: top?.ticks === bottom?.ticks && top?.sequence === bottom?.sequence ? top : undefined };
}
