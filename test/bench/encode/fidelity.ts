import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Size } from '@framewire/shared/rendition';

/** How near the luma of JPEGs is to that of their source. */
export interface Fidelity {
  /** 0-1. */
  ssim: number;
  /** dB. */
  psnr: number;
}

/** The luma of YUYV pictures (16-235) as JPEGs carry it: 0-255. */
export function fullLuma(yuyv: Uint8Array): Uint8Array {
  const luma = new Uint8ClampedArray(yuyv.length / 2);
  for (let i = 0; i < luma.length; i += 1) luma[i] = (((yuyv[2 * i] ?? 0) - 16) * 255) / 219;
  return new Uint8Array(luma.buffer);
}

/** @param yuyv files of one picture each. @param out where to write their luma, one behind the other. */
export function writeLuma(yuyv: readonly string[], out: string): void {
  writeFileSync(out, Buffer.concat(yuyv.map(file => fullLuma(readFileSync(file)))));
}

/**
 * Compares with FFmpeg's ssim and psnr.
 *
 * @param jpegs a file of JPEGs, one behind the other; `luma`: one of their sources, as `writeLuma` leaves it.
 */
export function fidelity(jpegs: string, luma: string, { width, height }: Size): Fidelity {
  const graph = '[0:v]format=gray,split[a][b];[1:v]split[c][d];[a][c]ssim;[b][d]psnr';
  const source = ['-f', 'rawvideo', '-pixel_format', 'gray', '-video_size', `${width}x${height}`];
  const args = ['-hide_banner', '-nostdin', '-framerate', '25', '-f', 'mjpeg', '-i', jpegs];
  args.push(...source, '-framerate', '25', '-i', luma, '-lavfi', graph, '-f', 'null', '-');
  const { stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
  return parseFidelity(stderr ?? '');
}

/** Reads what FFmpeg's two filters say at their end. @throws Error when they have said nothing. */
export function parseFidelity(said: string): Fidelity {
  const ssim = /SSIM Y:([\d.]+)/.exec(said)?.[1];
  const psnr = /PSNR y:([\d.]+|inf)/.exec(said)?.[1];
  if (ssim === undefined || psnr === undefined) throw new Error(`FFmpeg did not compare the pictures: ${said}`);
  return { ssim: Number(ssim), psnr: psnr === 'inf' ? Infinity : Number(psnr) };
}
