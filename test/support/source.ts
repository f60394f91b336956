import type { Mat } from '@u4/opencv4nodejs';
import type { Frame } from 'node-av/lib';
import type { Picture } from '../../server/src/frames.js';
import type { SourceHost } from '../../server/src/source/source.js';

/** The pixels of a picture that lies in FFmpeg's memory. */
export async function frameOf(picture: Picture): Promise<Frame> {
  const pixels = await picture.pixels();
  if (pixels.kind !== 'frame') throw new Error('The picture lies in OpenCV.');
  return pixels.frame;
}

/** The pixels of a picture that lies in OpenCV's memory. */
export async function matOf(picture: Picture): Promise<Mat> {
  const pixels = await picture.pixels();
  if (pixels.kind !== 'mat') throw new Error('The picture lies in FFmpeg.');
  return pixels.mat;
}

/** A host for sources that are opened in the test itself; keeps what they warn of. */
export class TestHost implements SourceHost {
  readonly warnings: string[] = [];
  damagedPictures = 0;
  readonly wantsMats: boolean;

  constructor(wantsMats = false) {
    this.wantsMats = wantsMats;
  }

  damaged(pictures: number): void {
    this.damagedPictures += pictures;
  }

  warn(message: string): void {
    this.warnings.push(message);
  }

  expectBlocking(): Promise<void> {
    return Promise.resolve();
  }
}
