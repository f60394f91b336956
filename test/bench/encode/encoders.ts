import type { WayKey } from './process/job.js';

export type EncoderKey = 'ffmpeg' | 'ffmpeg-1' | 'opencv' | 'sharp' | 'opencv-bgr' | 'ffmpeg-bgr';

export interface EncoderEntry {
  /** For `--only`. */
  key: EncoderKey;
  name: string;
  way: WayKey;
  /** In a process that takes the machine for one with a single core, so that pictures are not cut. */
  isWhole: boolean;
  needsOpenCv: boolean;
}

/** The encoders, each from the pixels named. */
export const ENCODERS: readonly EncoderEntry[] = [
  { key: 'ffmpeg', name: 'YUYV: FFmpeg', way: 'yuyv-ffmpeg', isWhole: false, needsOpenCv: false },
  { key: 'ffmpeg-1', name: 'YUYV: FFmpeg, 1 slice', way: 'yuyv-ffmpeg', isWhole: true, needsOpenCv: false },
  { key: 'opencv', name: 'YUYV: OpenCV', way: 'yuyv-opencv', isWhole: false, needsOpenCv: true },
  { key: 'sharp', name: 'YUYV: sharp', way: 'yuyv-sharp', isWhole: false, needsOpenCv: false },
  { key: 'opencv-bgr', name: 'Mat: OpenCV', way: 'bgr-opencv', isWhole: false, needsOpenCv: true },
  { key: 'ffmpeg-bgr', name: 'Mat: FFmpeg, copied', way: 'bgr-ffmpeg', isWhole: false, needsOpenCv: true },
];
