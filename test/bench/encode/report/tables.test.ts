import { describe, expect, it } from 'vitest';
import type { CaptureReading } from '../capture-figures.js';
import { captureTable, overhead } from './capture-table.js';
import type { EncoderReading } from '../encoder-figures.js';
import { againstIjg, encoderTable } from './encoder-table.js';
import { fullLuma, parseFidelity } from '../fidelity.js';
import { encodeBenchOptions } from '../options.js';
import { rotated } from '../rotated.js';

const cell = { size: { width: 640, height: 360 }, quality: 30, cpuMs: [2], fidelity: undefined };
const sharp: EncoderReading = { ...cell, key: 'sharp', ms: [6, 6, 6], bytes: 20_000 };
const ffmpeg: EncoderReading = { ...cell, key: 'ffmpeg', ms: [3, 2, 4], bytes: 22_000 };

const capture: CaptureReading = {
  engine: 'ffmpeg',
  format: 'YUYV',
  size: { width: 640, height: 480 },
  isTransformed: false,
  latencies: [4, 5, 6],
  cpuMs: [3],
  camera: { ages: [0.5, 0.5, 0.5], cpuMs: 0.1 },
  pixelsMs: [1, 1, 1],
  encodeMs: [2, 3, 4],
};

/** The cells of the row that holds all of these. */
function row(table: string, ...holding: string[]): string[] {
  const line = table.split('\n').find(candidate => holding.every(text => candidate.includes(text))) ?? '';
  return line.split('|').map(text => text.trim());
}

describe('the table of encoders', () => {
  it('sets time against FFmpeg as shipped, bytes against libjpeg', () => {
    const table = encoderTable([sharp, ffmpeg]);
    expect(row(table, 'sharp').slice(4, 10)).toEqual(['6.00', '6.00', '2.00', '2.00', '20.0', '1.000']);
    expect(row(table, 'YUYV: FFmpeg').slice(4, 10)).toEqual(['3.00', '4.00', '1.00', '2.00', '22.0', '1.100']);
    expect(table).toContain("All bytes are within 15 % of IJG's.");
  });

  it('names whose bytes are too far from those of libjpeg', () => {
    const table = encoderTable([sharp, { ...ffmpeg, bytes: 24_000 }]);
    expect(table).toContain("Bytes more than 15 % from IJG's: ffmpeg 640x360 q30 1.200.");
  });

  it('compares nothing with what was not measured, nor other sizes and qualities with each other', () => {
    expect(againstIjg([ffmpeg], ffmpeg)).toBeUndefined();
    expect(againstIjg([{ ...sharp, quality: 60 }], ffmpeg)).toBeUndefined();
    expect(encoderTable([ffmpeg])).not.toContain('within 15 %');
  });
});

describe('the table of captures', () => {
  it('takes the camera, the conversion and the encoder off the way from capture to encoded', () => {
    expect(overhead(capture)).toBeCloseTo(5 - 0.5 - 4);
    expect(captureTable([capture])).toContain('Nothing takes more than 1 ms beyond its parts.');
  });

  it('counts the ways that take too long', () => {
    const slow: CaptureReading = { ...capture, engine: 'opencv', latencies: [8, 8, 8] };
    const table = captureTable([slow, capture]);
    expect(row(table, 'opencv').slice(5, 8)).toEqual(['8.0', '8.0', '1.60']);
    expect(table).toContain('1 of 2 take more than 1 ms beyond their parts.');
  });

  it('says nothing of parts that could not be measured', () => {
    const table = captureTable([{ ...capture, pixelsMs: [], encodeMs: [] }]);
    expect(row(table, 'ffmpeg', 'YUYV').slice(8, 12)).toEqual(['0.5', '', '', '']);
    expect(table).not.toContain('beyond its parts');
  });
});

describe('the comparison with the source', () => {
  it('takes the luma of YUYV for what a JPEG carries', () => {
    expect([...fullLuma(Uint8Array.from([16, 128, 235, 128, 126, 0, 10, 255]))]).toEqual([0, 255, 128, 0]);
  });

  it("reads FFmpeg's own words", () => {
    const said = '[Parsed_ssim_3 @ 0x1] SSIM Y:0.898911 (9.95) All:0.898911 (9.95)\n[x] PSNR y:33.91 average:33.91';
    expect(parseFidelity(said)).toEqual({ ssim: 0.898911, psnr: 33.91 });
    expect(parseFidelity('SSIM Y:1.000000 (inf)\nPSNR y:inf average:inf').psnr).toBe(Infinity);
    expect(() => parseFidelity('No such filter')).toThrow('did not compare');
  });
});

describe('the options', () => {
  it('select encoders and captures', () => {
    const all = encodeBenchOptions([]);
    expect([all?.encoders.length, all?.captures]).toEqual([6, ['ffmpeg', 'opencv']]);
    const some = encodeBenchOptions(['--only', 'sharp,capture-opencv,ffmpeg', '--rounds', '1']);
    expect(some).toMatchObject({ encoders: ['ffmpeg', 'sharp'], captures: ['opencv'], rounds: 1 });
    expect(encodeBenchOptions(['--help'])).toBeUndefined();
  });

  it('are refused with a sentence', () => {
    expect(() => encodeBenchOptions(['--only', 'jpegli'])).toThrow('there is no "jpegli"; there are ffmpeg,');
    expect(() => encodeBenchOptions(['--rounds', '0'])).toThrow('--rounds: a number from 1 to 20');
  });
});

describe('a rotation', () => {
  it('goes on around the circle', () => {
    expect([rotated([1, 2, 3], 1), rotated([1, 2, 3], 5), rotated([], 2)]).toEqual([[2, 3, 1], [3, 1, 2], []]);
  });
});
