import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSpec, parseSource, sourceSpec, type SourceOptions } from '../../../server/src/source/source-spec.js';
import { skipBecause } from '../../support/requires.js';

const OPTIONS: SourceOptions = {
  size: { width: 640, height: 480 },
  fps: 15,
  folder: process.cwd(),
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
      { kind: 'url', url: 'https://gate.lan/video_feed?a=b', capture: 'ffmpeg', fps: 15 },
    ],
    ['films/yard.mp4', 'yard', { kind: 'file', path: path.resolve('films/yard.mp4'), capture: 'ffmpeg' }],
    // What udev may have named, and is not plugged in.
    ['/dev/webcam', 'webcam', { kind: 'camera', device: '/dev/webcam', format: 'yuyv', capture: 'auto', ...asked }],
    ['/dev/films.mp4', 'films', { kind: 'file', path: '/dev/films.mp4', capture: 'ffmpeg' }],
    ['/dev/null', 'null', { kind: 'file', path: '/dev/null', capture: 'ffmpeg' }],
    ['a=b.mp4', 'a-b', { kind: 'file', path: path.resolve('a=b.mp4'), capture: 'ffmpeg' }],
    ['opencv:0', 'video0', { kind: 'camera', device: '/dev/video0', format: 'yuyv', ...asked, capture: 'opencv' }],
    ['opencv:camera', 'camera', { kind: 'camera', device: null, format: 'yuyv', ...asked, capture: 'opencv' }],
    [
      'opencv:/dev/video1',
      'video1',
      { kind: 'camera', device: '/dev/video1', format: 'yuyv', ...asked, capture: 'opencv' },
    ],
    ['opencv:yard.mp4', 'yard', { kind: 'file', path: path.resolve('yard.mp4'), capture: 'opencv' }],
    ['opencv:rtsp://gate.lan/live', 'gate-lan', { kind: 'url', url: 'rtsp://gate.lan/live', capture: 'opencv' }],
    ['???.mp4', 'file', { kind: 'file', path: path.resolve('???.mp4'), capture: 'ffmpeg' }],
  ])('%s is understood', (text, name, spec) => {
    const parsed = parseSource(text, OPTIONS);
    expect(parsed).toEqual({ name, spec });
    // And crosses the process boundary unchanged.
    expect(sourceSpec.parse(JSON.parse(JSON.stringify(parsed.spec)))).toEqual(spec);
  });

  it.each([
    ['0', '--source /dev/video0'],
    ['12', '--source /dev/video12'],
  ])('%s is refused with what was meant, and where it was looked for', (text, meant) => {
    expect(() => parseSource(text, OPTIONS)).toThrow(`There is no file ${path.resolve(text)}.`);
    expect(() => parseSource(text, OPTIONS)).toThrow(expect.objectContaining({ hint: `Did you mean: ${meant}` }));
  });

  it.each([
    ['192.168.1.10:8080/video', 'Did you mean: --source http://192.168.1.10:8080/video'],
    ['192.168.1.10/video', 'Did you mean: --source http://192.168.1.10/video'],
    ['gate.lan:81', 'Did you mean: --source http://gate.lan:81'],
    ['http:/gate.lan/video', 'Did you mean: --source http://gate.lan/video'],
    ['me:secret@gate.lan/video', 'Put http:// or rtsp:// in front of it.'],
    ['rtsp:/me:secret@gate.lan/video', 'Put http:// or rtsp:// in front of it.'],
    ['gate.lan/video?pwd=secret', 'Put http:// or rtsp:// in front of it.'],
  ])('%s is refused as no URL, without a secret, and with what was meant', (text, hint) => {
    expect(() => parseSource(text, OPTIONS)).toThrow(expect.objectContaining({ code: 'source-unknown', hint }));
    expect(() => parseSource(text, OPTIONS)).toThrow(/^"[^"]+" is neither a file nor a URL\.$/);
    expect(() => parseSource(text, OPTIONS)).not.toThrow(/secret/);
  });

  it('that udev has named is a camera, by what the name leads to', context => {
    const folder = mkdtempSync(path.join(tmpdir(), 'framewire-'));
    const link = path.join(folder, 'webcam');
    symlinkSync('/dev/null', link);
    expect(parseSource(link, OPTIONS).spec.kind).toBe('file');
    rmSync(link);
    // 81 is Video4Linux. Making a device needs root, and a container may refuse even that.
    const made = spawnSync('mknod', [link, 'c', '81', '7']);
    skipBecause(context, made.status === 0 ? undefined : 'devices cannot be made here');
    const again = path.join(folder, 'again');
    symlinkSync(link, again);
    const specs = [link, again].map(name => parseSource(name, OPTIONS).spec);
    expect(specs).toMatchObject([
      { kind: 'camera', device: link },
      { kind: 'camera', device: again },
    ]);
    rmSync(folder, { recursive: true });
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
    ['rtsp://me:secret@gate.lan/live', 'rtsp://gate.lan/live'],
    ['http://gate.lan/video?user=me&pwd=secret&size=2', 'http://gate.lan/video'],
  ])('%s is called "%s", without the secrets that it may hold', (text, description) => {
    expect(describeSpec(parseSource(text, OPTIONS).spec)).toBe(description);
  });
});
