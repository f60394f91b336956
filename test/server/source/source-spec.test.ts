import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSpec, parseSource, sourceSpec, type SourceOptions } from '../../../server/src/source/source-spec.js';

const OPTIONS: SourceOptions = {
  size: { width: 640, height: 480 },
  fps: 15,
  cameraFormat: 'yuyv',
  cameraCapture: 'auto',
};
const asked = { size: OPTIONS.size, fps: 15 };

describe('a source on the command line', () => {
  it.each([
    ['test', 'test', { kind: 'test', ...asked }],
    ['camera', 'camera', { kind: 'camera', device: null, format: 'yuyv', capture: 'auto', ...asked }],
    ['/dev/video12', 'video12', { kind: 'camera', device: '/dev/video12', format: 'yuyv', capture: 'auto', ...asked }],
    [
      '/dev/v4l/by-id/Cam_1',
      'cam_1',
      { kind: 'camera', device: '/dev/v4l/by-id/Cam_1', format: 'yuyv', capture: 'auto', ...asked },
    ],
    ['rtsp://gate.lan/live', 'gate-lan', { kind: 'url', url: 'rtsp://gate.lan/live', capture: 'ffmpeg' }],
    [
      'https://gate.lan/video_feed?a=b',
      'gate-lan',
      { kind: 'url', url: 'https://gate.lan/video_feed?a=b', capture: 'ffmpeg' },
    ],
    ['films/yard.mp4', 'yard', { kind: 'file', path: path.resolve('films/yard.mp4'), capture: 'ffmpeg' }],
    // No device of that form: it is a file, and says so when it is not there.
    ['/dev/videoX', 'videox', { kind: 'file', path: '/dev/videoX', capture: 'ffmpeg' }],
    ['gate=/dev/video0', 'gate', { kind: 'camera', device: '/dev/video0', format: 'yuyv', capture: 'auto', ...asked }],
    ['Yard_2=a=b.mp4', 'Yard_2', { kind: 'file', path: path.resolve('a=b.mp4'), capture: 'ffmpeg' }],
    ['opencv:0', 'video0', { kind: 'camera', device: '/dev/video0', format: 'yuyv', ...asked, capture: 'opencv' }],
    ['opencv:camera', 'camera', { kind: 'camera', device: null, format: 'yuyv', ...asked, capture: 'opencv' }],
    [
      'opencv:/dev/video1',
      'video1',
      { kind: 'camera', device: '/dev/video1', format: 'yuyv', ...asked, capture: 'opencv' },
    ],
    ['gate=opencv:yard.mp4', 'gate', { kind: 'file', path: path.resolve('yard.mp4'), capture: 'opencv' }],
    ['opencv:rtsp://gate.lan/live', 'gate-lan', { kind: 'url', url: 'rtsp://gate.lan/live', capture: 'opencv' }],
    ['???.mp4', 'file', { kind: 'file', path: path.resolve('???.mp4'), capture: 'ffmpeg' }],
  ])('%s is understood', (text, name, spec) => {
    const parsed = parseSource(text, OPTIONS);
    expect(parsed).toEqual({ name, spec });
    // And crosses the process boundary unchanged.
    expect(sourceSpec.parse(JSON.parse(JSON.stringify(parsed.spec)))).toEqual(spec);
  });

  it.each(['', 'opencv:', 'mailto://somebody', 'file:///film.mp4', 'https://'])(
    '%j is refused with a sentence',
    text => {
      expect(() => parseSource(text, OPTIONS)).toThrow(/^["A-Z].+\.$/);
    },
  );
});

describe('a source for people', () => {
  it.each([
    ['camera', 'the first camera'],
    ['/dev/video0', 'camera /dev/video0'],
    ['/home/me/films/yard.mp4', 'file yard.mp4'],
    ['test', 'test pattern'],
    ['rtsp://me:secret@gate.lan/live', 'rtsp://me:***@gate.lan/live'],
  ])('%s is called "%s", without the password that it may hold', (text, description) => {
    expect(describeSpec(parseSource(text, OPTIONS).spec)).toBe(description);
  });
});
