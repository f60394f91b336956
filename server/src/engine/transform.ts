import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Mat } from '@u4/opencv4nodejs';
import type { Size } from '@framewire/shared/rendition';
import { MatConverter } from '../encode/mat-converter.js';
import { FramewireError } from '../errors.js';
import type { Picture, SourceInfo } from '../frames.js';
import { monotonicMs } from '../time/monotonic.js';
import { loadOpenCv, type OpenCv } from '../opencv.js';
import type { Transform } from './step.js';
import { watchPace, STEADY_PACE, type StepPace } from './step-pace.js';
import { lazyMat } from '../source/opencv/mat-picture.js';
import type { Source } from '../source/source.js';

/** A picture whose step is not done by then is given up, ms. */
const STEP_MS = 5000;

/**
 * Matrices that a step leaves behind are freed by the garbage collector, which does not see their memory and would let
 * gigabytes of them gather. Collecting the young ones so often costs 1 ms each time.
 */
const COLLECT_EVERY = 15;

/**
 * @param file absolute path of a JavaScript module.
 * @throws FramewireError transform-unusable, or opencv-missing
 */
export async function loadTransform(file: string): Promise<Transform> {
  await loadOpenCv();
  const name = path.basename(file);
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    const hint = `Try it with: node ${file}`;
    throw new FramewireError(
      'transform-unusable',
      `The step ${name} cannot be loaded: ${explain(error, name)}.`,
      hint,
      {
        cause: error,
      },
    );
  }
  if (isTransformModule(module)) return module.transform;
  const hint = 'It begins so: export async function transform(mat, { cv }) {';
  throw new FramewireError('transform-unusable', `The step ${name} exports no function named "transform".`, hint);
}

function isTransformModule(module: unknown): module is { transform: Transform } {
  return (
    typeof module === 'object' && module !== null && 'transform' in module && typeof module.transform === 'function'
  );
}

/** A source whose pictures go through a user's step before anybody sees them; its JPEGs are never handed on. */
export class TransformedSource implements Source {
  readonly #source: Source;
  readonly #step: Transform;
  readonly #name: string;
  readonly #warn: (message: string) => void;
  #info: { of: SourceInfo; transformed: SourceInfo } | undefined;
  #converter: { size: Size; converter: MatConverter } | undefined;
  #cv: OpenCv | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #pace: StepPace = STEADY_PACE;
  #done = 0;

  /** Takes the source over. @param name of the step, for sentences. */
  constructor(source: Source, step: Transform, name: string, warn: (message: string) => void) {
    this.#source = source;
    this.#step = step;
    this.#name = name;
    this.#warn = warn;
  }

  get info(): SourceInfo {
    const of = this.#source.info;
    if (this.#info?.of !== of) {
      const description = `${of.description}, through ${this.#name}`;
      this.#info = { of, transformed: { ...of, isJpeg: false, description } };
    }
    return this.#info.transformed;
  }

  get waitsForKeyFrame(): boolean {
    return this.#source.waitsForKeyFrame === true;
  }

  async read(): Promise<Picture> {
    const picture = await this.#source.read();
    const { capturedAt, width, height } = picture;
    const sent = lazyMat(() => this.#inTurn(() => this.#transform(picture)));
    const free = () => {
      sent.free();
      // May be the same matrix: OpenCV releases it a second time without harm.
      picture.free();
    };
    return { capturedAt, width, height, pixels: sent.pixels, free };
  }

  async close(): Promise<void> {
    await this.#source.close();
    await this.#last;
    this.#converter?.converter[Symbol.dispose]();
  }

  /** Sources may change size while they run. */
  #converterFor({ width, height }: Size): MatConverter {
    if (this.#converter?.size.width !== width || this.#converter.size.height !== height) {
      this.#converter?.converter[Symbol.dispose]();
      this.#converter = { size: { width, height }, converter: new MatConverter({ width, height }) };
    }
    return this.#converter.converter;
  }

  /** Two renditions may ask for two pictures at once; a step, with what it keeps from picture to picture, sees one. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #transform(picture: Picture): Promise<Mat> {
    const cv = (this.#cv ??= await loadOpenCv());
    const pixels = await picture.pixels();
    // A source's own matrix may be drawn on as it is: nobody else sees it.
    const mat = pixels.kind === 'mat' ? pixels.mat : await this.#converterFor(picture).convert(pixels.frame);
    const startedAt = monotonicMs();
    const working = (async () => this.#step(mat, { cv, capturedAt: picture.capturedAt }))();
    try {
      const result = await this.#withinTime(working);
      if (!(result instanceof cv.Mat) || result.empty) {
        throw new FramewireError('transform-failed', `The step ${this.#name} returned no picture.`, 'Return a Mat.');
      }
      // A source's own matrix goes with its picture.
      if (result !== mat && pixels.kind === 'frame') mat.release();
      return result;
    } catch (error) {
      // Not before its end: a step that is late still works on it.
      if (pixels.kind === 'frame') void working.catch(() => undefined).then(() => mat.release());
      if (error instanceof FramewireError) throw error;
      throw new FramewireError(
        'transform-failed',
        `The step ${this.#name} failed: ${explain(error, this.#name)}.`,
        '',
        {
          cause: error,
        },
      );
    } finally {
      this.#watch(monotonicMs() - startedAt);
    }
  }

  async #withinTime<T>(step: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `The step ${this.#name} took longer than ${STEP_MS / 1000} s.`;
      timer = setTimeout(() => reject(new FramewireError('transform-failed', message)), STEP_MS);
    });
    try {
      return await Promise.race([step, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #watch(tookMs: number): void {
    const { pace, warning } = watchPace(this.#pace, tookMs, this.info.fps);
    this.#pace = pace;
    if (warning !== undefined) this.#warn(`The step ${this.#name} ${warning}`);
    this.#done += 1;
    if (this.#done % COLLECT_EVERY === 0) globalThis.gc?.({ type: 'minor' });
  }
}

/** The error, with the line of the user's file where it happened if that is known. */
function explain(thrown: unknown, name: string): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const from = `/${name}:`;
  const place = (thrown.stack ?? '').split(from)[1];
  const line = place === undefined ? '' : ` (line ${Number.parseInt(place, 10)})`;
  return `${thrown.message}${line}`;
}
