import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { missing } from '../requires.js';

/** Outside the repository, beside it; who has only the repository runs without a fake camera. */
const buildScript = fileURLToPath(new URL('../../../../shared/fakecam/build.sh', import.meta.url));

export interface FakeCameraOptions {
  /** Pixel formats that it offers, the first is its default. Default: both. */
  formats?: readonly ('YUYV' | 'MJPG')[];
  /** Its highest frame rate, 1/s. Default 30. */
  fps?: number;
  /** Its own size, pixels; the real scene exists for the default 1280x720, other sizes show a moving pattern. */
  width?: number;
  height?: number;
  /** Bytes behind each raw picture, as of drivers that pad. Default none. */
  surplus?: number;
  /** Its raw pictures pass for this format; four characters. Default YUYV. */
  fourcc?: string;
  /** JPEG quality of its MJPG frames, 1-100. Default 80. */
  quality?: number;
}

/** A V4L2 camera at /dev/video0 for the processes started with `env`, and for them only. */
export interface FakeCamera {
  skip: undefined;
  /** For the process that opens the camera, or starts the one that does; never for this process. */
  env: Record<string, string>;
  /** Takes it away: reads fail with ENODEV, opening with ENOENT. */
  unplug(): void;
  plug(): void;
}

/** Why there is no fake camera here: a sentence to skip with. */
export interface NoFakeCamera {
  skip: string;
}

/** Builds the fake camera where its source is (once; it is cached) and describes one with these properties. */
export function fakeCamera(options: FakeCameraOptions = {}): FakeCamera | NoFakeCamera {
  const built = build();
  if ('skip' in built) return built;
  const width = options.width ?? 1280;
  const height = options.height ?? 720;
  const hasScene = width === 1280 && height === 720;
  const isOdd = options.surplus !== undefined || options.fourcc !== undefined;
  const unplugged = join(tmpdir(), `framewire-unplugged-${randomUUID()}`);
  return {
    skip: undefined,
    env: {
      LD_PRELOAD: isOdd ? `${buildOddCamera()}:${built.library}` : built.library,
      ...(options.surplus === undefined ? {} : { ODD_SURPLUS: String(options.surplus) }),
      ...(options.fourcc === undefined ? {} : { ODD_FOURCC: options.fourcc }),
      FAKECAM_FORMATS: (options.formats ?? ['YUYV', 'MJPG']).join(','),
      FAKECAM_FPS: String(options.fps ?? 30),
      FAKECAM_QUALITY: String(options.quality ?? 80),
      FAKECAM_WIDTH: String(width),
      FAKECAM_HEIGHT: String(height),
      FAKECAM_UNPLUGGED: unplugged,
      ...(built.scene !== undefined && hasScene ? { FAKECAM_FRAMES: built.scene } : {}),
    },
    unplug: () => writeFileSync(unplugged, ''),
    plug: () => rmSync(unplugged, { force: true }),
  };
}

/** The same for a test that cannot do without: it is skipped where there is none. */
export function cameraOrSkip(context: Pick<TestContext, 'skip'>, options: FakeCameraOptions = {}): FakeCamera {
  const camera = fakeCamera(options);
  return camera.skip === undefined ? camera : context.skip(camera.skip);
}

let oddCamera: string | undefined;

/** What stands between a program and the fake camera to make it an odd one; built once a process. */
function buildOddCamera(): string {
  if (oddCamera !== undefined) return oddCamera;
  const folder = mkdtempSync(join(tmpdir(), 'framewire-odd-camera-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, 'odd-camera.so');
  const source = fileURLToPath(new URL('odd-camera.c', import.meta.url));
  const made = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`The odd camera does not build: ${made.stderr}`);
  oddCamera = library;
  return library;
}

let result: { library: string; scene: string | undefined } | NoFakeCamera | undefined;

function build(): { library: string; scene: string | undefined } | NoFakeCamera {
  result ??= buildOnce();
  return result;
}

function buildOnce(): { library: string; scene: string | undefined } | NoFakeCamera {
  if (!existsSync(buildScript))
    return { skip: 'needs the fake camera (../shared/fakecam, not part of this repository)' };
  const reason = missing('gcc');
  if (reason !== undefined) return { skip: reason };
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fakecam');
  mkdirSync(folder, { recursive: true });
  // Test files run in parallel; without the lock one would load a library that another is still writing.
  const made = spawnSync('flock', [join(folder, 'lock'), buildScript, folder], { encoding: 'utf8' });
  const library = /FAKECAM_SO=(.+)/.exec(made.stdout ?? '')?.[1];
  if (made.status !== 0 || library === undefined) {
    return {
      skip: `needs libturbojpeg0-dev: the fake camera does not build (${(made.stderr ?? '').trim().slice(0, 200)})`,
    };
  }
  return { library, scene: /FAKECAM_FRAMES=(.+)/.exec(made.stdout)?.[1] };
}
