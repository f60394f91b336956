import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodedCamera, readCodedPicture } from '../support/camera/coded-camera.js';
import { eventually } from '../support/eventually.js';
import { DEBIAN_PYTHON, missing, skipBecause, type Requirement } from '../support/requires.js';
import { run, type Run } from '../support/run.js';
import { startServer, type Server } from '../support/server/server.js';

/** VLC pads pictures to whole blocks of 64 when it saves them. */
const SIZE = { width: 640, height: 320 };
const COUNT = 30;

/** What a program read of `/video_feed`, each picture in a file of its own, in their order. */
interface Reader {
  needs: readonly Requirement[];
  /** Starts it. It ends by itself, or when the folder holds what was wanted. */
  read: (url: string, folder: string) => Run;
  /** It saves the newest at a rate of its own, whether it is new or not. */
  repeats?: boolean;
  /** What it asks for, when that is not the whole picture. */
  size?: string;
}

const script = (name: string): Reader['read'] => {
  const file = fileURLToPath(new URL(`${name}.py`, import.meta.url));
  return (url, folder) => run(DEBIAN_PYTHON, [file, url, folder, String(COUNT + 1)]);
};

const READERS: Record<string, Reader> = {
  'OpenCV’s VideoCapture': { needs: ['python3-opencv'], read: script('opencv') },
  'OpenCV’s VideoCapture, half as wide': {
    needs: ['python3-opencv'],
    read: (url, folder) => script('opencv')(`${url}?width=320`, folder),
    size: '320x160',
  },
  'PIL, cut at the markers of JPEG': { needs: ['python3-pil'], read: script('markers') },
  'requests, cut at the boundary': { needs: ['python3-requests'], read: script('boundaries') },
  'aiohttp’s reader of parts': { needs: ['python3-aiohttp'], read: script('parts') },
  'ffmpeg, to a file': {
    needs: ['ffmpeg'],
    read: (url, folder) => {
      const [film, ffmpeg] = [join(folder, 'film.mp4'), 'ffmpeg -v error'];
      const write = `${ffmpeg} -i '${url}' -t 1.4 -preset ultrafast ${film}`;
      return run('sh', ['-c', `${write} && ${ffmpeg} -i ${film} -vsync passthrough ${folder}/%04d.jpg`]);
    },
  },
  GStreamer: {
    needs: ['gstreamer1.0-plugins-good'],
    read: (url, folder) =>
      run('gst-launch-1.0', [
        '-q',
        ...['souphttpsrc', `location=${url}`, '!', 'multipartdemux', '!', 'jpegdec', '!'],
        ...['jpegenc', 'quality=95', '!', 'multifilesink', `location=${folder}/%04d.jpg`],
      ]),
  },
  Motion: {
    needs: ['motion'],
    repeats: true,
    read: (url, folder) => {
      const config = join(folder, 'motion.conf');
      const lines = [`netcam_url ${url}`, `target_dir ${folder}`, 'picture_filename %v-%H%M%S%q', 'framerate 100'];
      const always = ['emulate_motion on', 'picture_output on', 'movie_output off', 'picture_quality 95'];
      const bare = ['text_left', 'text_right', 'text_changes off', 'width 640', 'height 320', 'setup_mode off'];
      writeFileSync(config, [...lines, ...always, ...bare].join('\n'));
      return run('motion', ['-n', '-c', config]);
    },
  },
  VLC: {
    needs: ['vlc'],
    repeats: true,
    read: (url, folder) => {
      const scene = ['--video-filter=scene', '--scene-format=jpg', '--scene-ratio=1', `--scene-path=${folder}`];
      const vlc = ['cvlc', '--quiet', '--intf=dummy', '--vout=dummy', '--no-audio', ...scene, url];
      // VLC refuses to run as root.
      const asNobody = ['--reuid=65534', '--clear-groups', 'env', 'HOME=/tmp'];
      return process.getuid?.() === 0 ? run('setpriv', [...asNobody, ...vlc]) : run('cvlc', vlc.slice(1));
    },
  },
};

const picturesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.jpg'))
    .toSorted();

/** Sizes and numbers of the pictures; a number that is no number stands for a picture that is not whole. */
async function judge(folder: string, names: readonly string[]): Promise<{ sizes: string[]; numbers: number[] }> {
  const pictures = await Promise.all(names.map(name => readCodedPicture(join(folder, name))));
  return {
    sizes: [...new Set(pictures.map(({ width, height }) => `${width}x${height}`))],
    numbers: pictures.map(({ code }) => code?.sequence ?? NaN),
  };
}

describe('what others read of /video_feed', () => {
  let camera: CodedCamera;
  let server: Server;
  let folder: string;

  beforeAll(async () => {
    camera = await CodedCamera.open({ ...SIZE, fps: 25 });
    server = await startServer(['--source', `gate=${camera.url}`]);
    folder = mkdtempSync(join(tmpdir(), 'framewire-readers-'));
  });
  afterAll(async () => {
    await server.stop();
    await camera[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it.for(Object.entries(READERS))(
    '%s reads whole pictures of one size, each once',
    async ([name, { needs, read, repeats, size }], context) => {
      skipBecause(context, missing(...needs));
      const own = mkdtempSync(join(folder, 'reader-'));
      spawnSync('chmod', ['a+rwx', folder, own]);
      await using reader = read(`${server.url}/video_feed`, own);
      await eventually(() => picturesIn(own).length > COUNT, `pictures of ${name}: ${reader.output()}`, 60_000);
      await reader.stop(1000);
      // The last may not be written to its end; Motion takes seconds for its own.
      const { sizes, numbers } = await judge(own, picturesIn(own).slice(0, COUNT));
      expect(sizes).toEqual([size ?? '640x320']);
      expect(numbers).not.toContain(NaN);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBeGreaterThanOrEqual(repeats === true ? COUNT / 8 : COUNT);
      expect(reader.output()).not.toMatch(/reconnect/i);
    },
  );
});
