import { setTimeout as sleep } from 'node:timers/promises';
import { AVCOL_RANGE_MPEG, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Frame } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { FramewireError } from '../errors.js';
import type { Picture, SourceInfo } from '../frames.js';
import { drawText, type Mask } from '../glyphs.js';
import { monotonicMs } from '../time/monotonic.js';
import { I420, type Colour } from './i420.js';
import type { Source } from './source.js';

/** The 75 % bars of SMPTE EG 1, as BT.601 Y, U, V in the limited range. */
const BARS: readonly Colour[] = [
  [180, 128, 128],
  [162, 44, 142],
  [131, 156, 44],
  [112, 72, 58],
  [84, 184, 198],
  [65, 100, 212],
  [35, 212, 114],
  [16, 128, 128],
];
const BLACK: Colour = [16, 128, 128];
const ACCENT: Colour = [150, 70, 180];

/** node-av 6.1 lays a frame over the bytes and does not hold on to them: they live as long as the frame. */
const bytesUnder = new WeakMap<Frame, Buffer>();

/** One crossing of the picture by the moving element, ms. */
const SWEEP_MS = 4000;

/**
 * Colour bars, a grey ramp, a block that crosses the picture and the wall clock to the millisecond: enough to see at
 * a glance that pictures move, how old they are, and whether colours and the levels of black and white are right.
 */
export async function openTestPattern(size: Size, fps: number): Promise<Source> {
  // Chroma is halved both ways; an odd size would be padded by FFmpeg anyway.
  const width = Math.max(32, size.width & ~1);
  const height = Math.max(32, size.height & ~1);
  return new TestPattern(width, height, fps, await ClockFace.draw(Math.round(height / 10)));
}

class TestPattern implements Source {
  readonly info: SourceInfo;
  readonly #closing = new AbortController();
  readonly #background: I420;
  readonly #clock: ClockFace;
  #dueAt = monotonicMs();

  constructor(width: number, height: number, fps: number, clock: ClockFace) {
    this.info = { width, height, fps, isJpeg: false, description: `test pattern, ${width}x${height}, ${fps} fps` };
    this.#background = drawBackground(width, height);
    this.#clock = clock;
  }

  async read(): Promise<Picture> {
    const now = monotonicMs();
    this.#dueAt = Math.max(this.#dueAt + 1000 / this.info.fps, now);
    try {
      await sleep(this.#dueAt - now, undefined, { signal: this.#closing.signal });
    } catch (error) {
      throw new FramewireError('source-ended', 'The test pattern was closed.', '', { cause: error });
    }
    return this.#draw(monotonicMs());
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  #draw(capturedAt: number): Picture {
    const { width, height } = this.info;
    const picture = this.#background.copy();
    const block = Math.round(height / 12);
    const x = Math.round(((capturedAt % SWEEP_MS) / SWEEP_MS) * (width - block));
    picture.fill({ x, y: Math.round(height * 0.86), width: block, height: block }, ACCENT);
    this.#clock.drawOn(picture, Math.round(width / 2), Math.round(height * 0.73));
    const frame = Frame.fromVideoBuffer(picture.bytes, { width, height, format: AV_PIX_FMT_YUV420P });
    bytesUnder.set(frame, picture.bytes);
    frame.colorRange = AVCOL_RANGE_MPEG;
    return {
      capturedAt,
      width,
      height,
      pixels: () => Promise.resolve({ kind: 'frame', frame }),
      free: () => frame.free(),
    };
  }
}

function drawBackground(width: number, height: number): I420 {
  const picture = new I420(width, height);
  const barsHeight = Math.round(height * 0.62);
  BARS.forEach((colour, i) => {
    const x = Math.round((i * width) / BARS.length);
    picture.fill({ x, y: 0, width: Math.ceil(width / BARS.length), height: barsHeight }, colour);
  });
  picture.fill({ x: 0, y: barsHeight, width, height: height - barsHeight }, BLACK);
  const rampTop = Math.round(height * 0.95);
  for (let x = 0; x < width; x += 2) {
    picture.fill({ x, y: rampTop, width: 2, height: height - rampTop }, [16 + (219 * x) / width, 128, 128]);
  }
  return picture;
}

/** The characters of a clock, drawn once. */
class ClockFace {
  static readonly #CHARACTERS = '0123456789:.';
  readonly #mask: Mask;
  readonly #advance: number;

  private constructor(mask: Mask, advance: number) {
    this.#mask = mask;
    this.#advance = advance;
  }

  static async draw(height: number): Promise<ClockFace> {
    const [one, two, all] = await Promise.all([
      drawText('0', height),
      drawText('00', height),
      drawText(ClockFace.#CHARACTERS, height),
    ]);
    return new ClockFace(all, two.width - one.width);
  }

  /** The local time, centred on x, y. */
  drawOn(picture: I420, centreX: number, centreY: number): void {
    const now = new Date();
    const [h, m, s] = [now.getHours(), now.getMinutes(), now.getSeconds()].map(n => String(n).padStart(2, '0'));
    const text = `${h}:${m}:${s}.${String(now.getMilliseconds()).padStart(3, '0')}`;
    const left = Math.round(centreX - (text.length * this.#advance) / 2);
    const top = Math.round(centreY - this.#mask.height / 2);
    Array.from(text).forEach((character, i) => {
      const from = ClockFace.#CHARACTERS.indexOf(character) * this.#advance;
      picture.ink(this.#mask, { from, count: this.#advance }, { x: left + i * this.#advance, y: top });
    });
  }
}
