import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AV_FRAME_FLAG_CORRUPT } from 'node-av/constants';
import { Encoder } from '../../server/src/encode/encoder.js';
import { FramewireError } from '../../server/src/errors.js';
import type { Picture } from '../../server/src/frames.js';
import { openSource } from '../../server/src/source/open-source.js';
import type { Source } from '../../server/src/source/source.js';
import { seededRandom } from '../support/random.js';
import { TestHost } from '../support/source.js';
import { VideoFolder } from '../support/camera/video-file.js';
import { damaged } from './damage.js';
import { checkMemory } from './memory-bound.js';

/** Time for one stream to be played; its stamps may say anything. */
const PLAY_MS = 60;

const CODECS = [
  ['-c:v', 'libx264', '-bf', '2', '-pix_fmt', 'yuv420p'],
  ['-c:v', 'mpeg2video'],
  ['-c:v', 'libx265', '-x265-params', 'log-level=none'],
];

export interface StreamsResult {
  opened: number;
  /** Refused, or ended with a sentence. */
  refused: number;
  pictures: number;
  /** Streams out of which damaged pictures were dropped and counted. */
  withDropped: number;
}

/** Damaged transport streams as files, each read and encoded for a moment. @throws Error for what is not a sentence. */
export async function fuzzStreams(count: number, seed: number): Promise<StreamsResult> {
  const random = seededRandom(seed);
  using folder = new VideoFolder();
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=200', '-frames:v', '8'];
  const whole = CODECS.map((codec, i) => readFileSync(folder.make(`whole${i}.ts`, ...input, ...codec)));
  const path = join(folder.path, 'damaged.ts');
  const result: StreamsResult = { opened: 0, refused: 0, pictures: 0, withDropped: 0 };
  using encoder = new Encoder({ codec: 'jpeg', width: 160, height: 120, quality: 50 });
  for (let i = 0; i < count; i += 1) {
    writeFileSync(path, damaged(whole[i % whole.length] ?? Buffer.alloc(0), random));
    const host = new TestHost();
    try {
      const source = await openSource({ kind: 'file', path, capture: 'ffmpeg' }, host);
      result.opened += 1;
      result.pictures += await play(source, encoder);
    } catch (error) {
      if (!(error instanceof FramewireError)) throw error;
      result.refused += 1;
    }
    if (host.damagedPictures > 0) result.withDropped += 1;
    checkMemory(`stream ${i} of seed ${seed}`);
  }
  return result;
}

/** FFmpeg says of a picture that it has concealed something, or that it builds on nothing. */
async function isMarked(picture: Picture): Promise<boolean> {
  const pixels = await picture.pixels();
  if (pixels.kind !== 'frame') return false;
  return pixels.frame.decodeErrorFlags !== 0 || pixels.frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
}

/** @returns how many pictures came. @throws FramewireError where the source ends before it is closed, Error where a damaged one is among them. */
async function play(source: Source, encoder: Encoder): Promise<number> {
  const closing = new AbortController();
  let pictures = 0;
  const reading = (async () => {
    while (!closing.signal.aborted) {
      const picture = await source.read();
      try {
        if (await isMarked(picture)) throw new Error('A picture is shown that the decoder has marked as damaged.');
        await encoder.encode(picture);
        pictures += 1;
      } finally {
        picture.free();
      }
    }
  })();
  try {
    await Promise.race([reading, sleep(PLAY_MS)]);
  } finally {
    closing.abort();
    await source.close();
    await reading.catch(() => undefined);
  }
  return pictures;
}
