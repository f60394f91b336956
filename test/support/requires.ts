import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { networkInterfaces } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

/** Debian's own Python: the one that its python3-* packages belong to, whatever `python3` is on the PATH. */
export const DEBIAN_PYTHON = '/usr/bin/python3';

/** Debian packages and whatever else tests and benches can use, and how to see that it is there. */
const checks = {
  ffmpeg: () => has('ffmpeg'),
  curl: () => has('curl'),
  chromium: () => has('chromium'),
  'firefox-esr': () => has('firefox-esr'),
  'webkit2gtk-driver': () => has('WebKitWebDriver'),
  xvfb: () => has('Xvfb'),
  vlc: () => has('cvlc'),
  motion: () => has('motion'),
  'gstreamer1.0-plugins-good': () => ['souphttpsrc', 'multipartdemux'].every(hasElement),
  'nginx-light': () => has('nginx'),
  haproxy: () => has('haproxy'),
  systemd: () => has('systemd-analyze'),
  ustreamer: () => has('ustreamer'),
  gcc: () => has('cc'),
  python3: () => isExecutable(DEBIAN_PYTHON),
  'python3-opencv': () => canImport('cv2'),
  'python3-websockets': () => canImport('websockets'),
  'python3-flask': () => canImport('flask'),
  'python3-pil': () => canImport('PIL'),
  'python3-requests': () => canImport('requests'),
  'python3-aiohttp': () => canImport('aiohttp'),
  koffi: () => canResolve('koffi'),
  'npm run setup:opencv': () => opencvWorks(),
  'IPv6 on the loopback': () => addresses().includes('::1'),
} satisfies Record<string, () => boolean>;

export type Requirement = keyof typeof checks;

/** @returns undefined when all are there, else the sentence to skip with: `needs ffmpeg, python3-opencv`. */
export function missing(...packages: readonly Requirement[]): string | undefined {
  const absent = packages.filter(name => !checks[name]());
  return absent.length === 0 ? undefined : `needs ${absent.join(', ')}`;
}

/**
 * Ends a test whose tools are missing: it counts as skipped, with the sentence that says what it needs. The machine
 * decides that, never what the code under test does; where all that `.ci/run` installs is there, nothing is skipped.
 *
 * @param reason undefined: nothing is missing, the test goes on.
 */
export function skipBecause(context: Pick<TestContext, 'skip'>, reason: string | undefined): void {
  if (reason !== undefined) context.skip(reason);
}

/** Whether a program of this name is on the PATH. */
export function has(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => isExecutable(join(folder, command)));
}

function canImport(module: string): boolean {
  return isExecutable(DEBIAN_PYTHON) && spawnSync(DEBIAN_PYTHON, ['-c', `import ${module}`]).status === 0;
}

/** Whether GStreamer has it: its elements come in packages of their own. */
function hasElement(name: string): boolean {
  return has('gst-launch-1.0') && spawnSync('gst-inspect-1.0', ['--exists', name]).status === 0;
}

function addresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(found => (found ?? []).map(({ address }) => address));
}

/** Whether npm has installed an optional package of the server. */
function canResolve(name: string): boolean {
  try {
    createRequire(new URL('../../server/package.json', import.meta.url)).resolve(name);
    return true;
  } catch {
    return false;
  }
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
