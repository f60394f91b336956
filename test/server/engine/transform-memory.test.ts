import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Transform } from '../../../server/src/engine/step.js';
import { TransformedSource } from '../../../server/src/engine/transform.js';
import type { Source } from '../../../server/src/source/source.js';
import { FakeSource } from './fake-source.js';

/** A matrix that knows whether it was released; what is in it is not looked at. */
class FakeMat {
  readonly empty: boolean;
  released = 0;

  constructor(isEmpty = false) {
    this.empty = isEmpty;
    made.push(this);
  }

  release(): void {
    this.released += 1;
  }
}

const made: FakeMat[] = [];
let isEmpty = false;

// Without OpenCV: here it is only counted what would lie in its memory.
vi.mock('../../../server/src/opencv.js', () => ({ loadOpenCv: () => Promise.resolve({ Mat: FakeMat }) }));
vi.mock('../../../server/src/encode/mat-converter.js', () => ({
  MatConverter: function create() {
    return { convert: () => Promise.resolve(new FakeMat(isEmpty)), [Symbol.dispose]: () => undefined };
  },
}));

/** Pictures in FFmpeg's memory, which are converted for the step. */
function framesOf(source: FakeSource): Source {
  return {
    info: source.info,
    read: async () => Object.assign(await source.read(), { pixels: () => Promise.resolve({ kind: 'frame' }) }),
    close: () => source.close(),
  };
}

describe('the matrix that was made for a step', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    made.length = 0;
    isEmpty = false;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function pictureThrough(step: Transform) {
    const source = new FakeSource();
    const reading = new TransformedSource(framesOf(source), step, 'step.js', () => undefined).read();
    source.give();
    return reading;
  }

  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('is released with the picture that it has become', async () => {
    const picture = await pictureThrough(mat => mat);
    await picture.pixels();
    expect(made.map(({ released }) => released)).toEqual([0]);
    picture.free();
    await settle();
    expect(made.map(({ released }) => released)).toEqual([1]);
  });

  it.each<[string, Transform]>([
    [
      'throws',
      () => {
        throw new Error('no cascade');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no model'))],
    ['returns an empty one', mat => mat],
  ])('is released when the step %s', async (_, step) => {
    isEmpty = true;
    const picture = await pictureThrough(step);
    await expect(picture.pixels()).rejects.toMatchObject({ code: 'transform-failed' });
    await settle();
    expect(made.map(({ released }) => released)).toEqual([1]);
    picture.free();
  });

  it('is left to a step that is late, for as long as that works on it', async () => {
    let finish: () => void = () => undefined;
    const picture = await pictureThrough(async mat => {
      await new Promise<void>(resolve => {
        finish = resolve;
      });
      return mat;
    });
    const pixels = picture.pixels().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await pixels).toMatchObject({ code: 'transform-failed' });
    picture.free();
    await settle();
    expect(made.map(({ released }) => released)).toEqual([0]);
    finish();
    await settle();
    expect(made.map(({ released }) => released)).toEqual([1]);
  });
});
