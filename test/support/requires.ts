import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Debian's own Python: the one that its python3-* packages belong to, whatever `python3` is on the PATH. */
export const DEBIAN_PYTHON = '/usr/bin/python3';

/** Debian packages and further set-up that tests and benches can use, and how to see that they are there. */
const checks = {
  ffmpeg: () => has('ffmpeg'),
  chromium: () => has('chromium'),
  vlc: () => has('cvlc'),
  ustreamer: () => has('ustreamer'),
  gcc: () => has('cc'),
  'python3-opencv': () => canImport('cv2'),
  'python3-websockets': () => canImport('websockets'),
  'python3-flask': () => canImport('flask'),
  'npm run setup:opencv': () => opencvWorks(),
} satisfies Record<string, () => boolean>;

export type Requirement = keyof typeof checks;

/** @returns undefined when all are there, else the sentence to skip with: `needs ffmpeg, python3-opencv`. */
export function missing(...packages: readonly Requirement[]): string | undefined {
  const absent = packages.filter(name => !checks[name]());
  return absent.length === 0 ? undefined : `needs ${absent.join(', ')}`;
}

/** Whether a program of this name is on the PATH. */
export function has(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => isExecutable(join(folder, command)));
}

function canImport(module: string): boolean {
  return isExecutable(DEBIAN_PYTHON) && spawnSync(DEBIAN_PYTHON, ['-c', `import ${module}`]).status === 0;
}

let opencvWorking: boolean | undefined;

function opencvWorks(): boolean {
  const check = fileURLToPath(new URL('../../server/setup/opencv-check.mjs', import.meta.url));
  return (opencvWorking ??= spawnSync(process.execPath, [check]).status === 0);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
