import type { Mat } from '@u4/opencv4nodejs';
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_MJPEG,
  AV_LOG_FATAL,
  AV_PIX_FMT_BGR24,
  AV_PIX_FMT_YUYV422,
  FF_THREAD_SLICE,
  type AVPixelFormat,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Log, Packet } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { FfmpegJpegEncoder } from '../../../../server/src/encode/ffmpeg-jpeg.js';
import { MatConverter } from '../../../../server/src/encode/mat-converter.js';
import { OpenCvJpegEncoder } from '../../../../server/src/encode/opencv-jpeg.js';
import { SharpJpegEncoder } from '../../../../server/src/encode/sharp-jpeg.js';
import { loadOpenCv } from '../../../../server/src/opencv.js';
import type { Job, WayKey } from './job.js';

// As in the server: what goes wrong comes back as numbers.
Log.setLevel(AV_LOG_FATAL);

/** When the pixels were there and when the JPEG was, both by `performance.now()`. */
export interface Passed {
  jpeg: Uint8Array;
  pixelsAt: number;
  doneAt: number;
}

/** From one of the inputs to its JPEG. */
export type Way = (input: number) => Promise<Passed>;

/** @param inputs the bytes of the files. The way lives as long as the process. */
export async function openWay(job: Job, inputs: readonly Buffer[]): Promise<Way> {
  return OPEN[job.way](job, inputs);
}

const OPEN: Record<WayKey, (job: Job, inputs: readonly Buffer[]) => Promise<Way>> = {
  async 'yuyv-ffmpeg'(job, inputs) {
    const frames = inputs.map(bytes => frameOver(bytes, job, AV_PIX_FMT_YUYV422));
    const encoder = new FfmpegJpegEncoder(job, job.quality);
    return way({ pixels: async n => frames[n], encode: frame => encoder.encode(frame) });
  },
  async 'yuyv-sharp'(job, inputs) {
    const frames = inputs.map(bytes => frameOver(bytes, job, AV_PIX_FMT_YUYV422));
    const encoder = new SharpJpegEncoder(job, job.quality);
    return way({ pixels: async n => frames[n], encode: frame => encoder.encode(frame) });
  },
  async 'yuyv-opencv'(job, inputs) {
    const cv = await loadOpenCv();
    const mats = inputs.map(bytes => new cv.Mat(bytes, job.height, job.width, cv.CV_8UC2));
    const encoder = await OpenCvJpegEncoder.open(job, job.quality);
    return way({ pixels: async n => mats[n]?.cvtColorAsync(cv.COLOR_YUV2BGR_YUYV), encode: throughOpenCv(encoder) });
  },
  async 'bgr-opencv'(job, inputs) {
    const mats = await bgr(job, inputs);
    const encoder = await OpenCvJpegEncoder.open(job, job.quality);
    return way({ pixels: async n => mats[n], encode: mat => encoder.encode(mat) });
  },
  /** What handing OpenCV's matrices to FFmpeg costs: the copy out of OpenCV's memory is part of it. */
  async 'bgr-ffmpeg'(job, inputs) {
    const mats = await bgr(job, inputs);
    const encoder = new FfmpegJpegEncoder(job, job.quality);
    return way({
      pixels: async n => mats[n]?.getData(),
      encode: async bytes => {
        const frame = frameOver(bytes, job, AV_PIX_FMT_BGR24);
        const jpeg = await encoder.encode(frame);
        frame.free();
        return jpeg;
      },
    });
  },
  async 'yuyv-mat-opencv'(job, inputs) {
    const frames = inputs.map(bytes => frameOver(bytes, job, AV_PIX_FMT_YUYV422));
    const converter = new MatConverter(job);
    const encoder = await OpenCvJpegEncoder.open(job, job.quality);
    return way({
      pixels: async n => converter.convert(must(frames[n])),
      encode: throughOpenCv(encoder),
    });
  },
  async 'jpeg-ffmpeg'(job, inputs) {
    const decode = await openDecoder();
    const encoder = new FfmpegJpegEncoder(job, job.quality);
    return way({
      pixels: n => decode(must(inputs[n])),
      encode: async frame => {
        const jpeg = await encoder.encode(frame);
        frame.free();
        return jpeg;
      },
    });
  },
  async 'jpeg-opencv'(job, inputs) {
    const cv = await loadOpenCv();
    const encoder = await OpenCvJpegEncoder.open(job, job.quality);
    return way({ pixels: n => cv.imdecodeAsync(must(inputs[n])), encode: throughOpenCv(encoder) });
  },
  async 'jpeg-mat-opencv'(job, inputs) {
    const decode = await openDecoder();
    const converter = new MatConverter(job);
    const encoder = await OpenCvJpegEncoder.open(job, job.quality);
    return way({
      pixels: async n => {
        const frame = await decode(must(inputs[n]));
        const mat = await converter.convert(frame);
        frame.free();
        return mat;
      },
      encode: throughOpenCv(encoder),
    });
  },
};

function way<Pixels>(steps: {
  pixels: (input: number) => Promise<Pixels | undefined>;
  encode: (pixels: Pixels) => Promise<Uint8Array>;
}): Way {
  return async input => {
    const pixels = must(await steps.pixels(input));
    const pixelsAt = performance.now();
    const jpeg = await steps.encode(pixels);
    return { jpeg, pixelsAt, doneAt: performance.now() };
  };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('There is no such picture.');
  return value;
}

/** For matrices that were made for this one picture. */
function throughOpenCv(encoder: OpenCvJpegEncoder): (mat: Mat) => Promise<Uint8Array> {
  return async mat => {
    const jpeg = await encoder.encode(mat);
    mat.release();
    return jpeg;
  };
}

async function bgr(job: Job, inputs: readonly Buffer[]): Promise<Mat[]> {
  const cv = await loadOpenCv();
  return inputs.map(bytes => new cv.Mat(bytes, job.height, job.width, cv.CV_8UC2).cvtColor(cv.COLOR_YUV2BGR_YUYV));
}

/** node-av lays a frame over the bytes and does not hold on to them. */
const bytesUnder = new WeakMap<Frame, Buffer>();

function frameOver(bytes: Buffer, { width, height }: Size, format: AVPixelFormat): Frame {
  const frame = Frame.fromVideoBuffer(bytes, { width, height, format });
  bytesUnder.set(frame, bytes);
  return frame;
}

/** As the server's sources decode JPEGs: slices and not frames, in FFmpeg's own threads. */
async function openDecoder(): Promise<(jpeg: Buffer) => Promise<Frame>> {
  const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
  if (codec === null) throw new Error('This FFmpeg cannot decode JPEGs.');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.threadType = FF_THREAD_SLICE;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  await context.open2();
  return async jpeg => {
    const packet = new Packet();
    packet.alloc();
    packet.data = jpeg;
    const frame = new Frame();
    frame.alloc();
    const sent = await context.sendPacket(packet);
    packet.free();
    if (sent < 0 || context.receiveFrameSync(frame) < 0) throw new Error('A JPEG of the camera cannot be decoded.');
    return frame;
  };
}
