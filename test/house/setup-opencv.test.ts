import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeWith } from '../support/describe-with.js';
import { explainApt, findOpencv, missingPackages } from '../../server/setup/debian.mjs';
import { explainBuild } from '../../server/setup/opencv.mjs';
import { Progress } from '../../server/setup/progress.mjs';
import { eventually } from '../support/eventually.js';
import { Clone } from './clone.js';
import { Machine } from './machine.js';

const BUILT = 'node_modules/@u4/opencv4nodejs/build/Release/opencv4nodejs.node';
const ALL_STEPS = ['ci', 'node-gyp rebuild'];

/** A machine on which OpenCV has been set up. */
async function ready(): Promise<Machine> {
  const machine = new Machine();
  await using setUp = machine.setUp();
  const { code } = await setUp.exited;
  if (code !== 0) throw new Error(setUp.output());
  return machine;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('npm run setup:opencv', () => {
  it('installs the packages of a fresh clone, builds the binding and tries it, without the noise', async () => {
    using machine = new Machine();
    await using setUp = machine.setUp();
    expect(await setUp.exited).toMatchObject({ code: 0 });
    expect(machine.clone.calls()).toEqual(ALL_STEPS);
    expect(setUp.output()).toMatch(/Building OpenCV's binding \(on \d+ cores?\) \.\.\.\n/);
    expect(setUp.output()).toMatch(/OpenCV 4\.6\.0 is ready, after \d+ s\.\n$/);
    expect(setUp.output()).not.toMatch(/noise|CXX/);
  });

  it('builds nothing when all is there, and says so', async () => {
    using machine = await ready();
    await using again = machine.setUp();
    expect(await again.exited).toMatchObject({ code: 0 });
    expect(again.output()).toBe('OpenCV 4.6.0 is ready, there is nothing to do.\n');
    expect(machine.clone.calls()).toEqual(ALL_STEPS);
  });

  it('builds once when it is run twice at once', async () => {
    using machine = new Machine();
    await using first = machine.setUp();
    await using second = machine.setUp();
    expect([await first.exited, await second.exited]).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(machine.clone.calls()).toEqual(ALL_STEPS);
  });

  it('puts the binding back when packages are installed again, without building it', async () => {
    using machine = await ready();
    machine.clone.remove('node_modules');
    await using start = machine.clone.start(['--prepare-only']);
    expect(await start.exited).toMatchObject({ code: 0 });
    expect(machine.clone.has(BUILT)).toBe(true);
    machine.clone.remove('node_modules/@u4/opencv4nodejs/build');
    await using again = machine.setUp();
    expect(await again.exited).toMatchObject({ code: 0 });
    expect(machine.clone.calls()).toEqual([...ALL_STEPS, 'ci', 'run build']);
  });

  it('builds again what does not load any more', async () => {
    using machine = await ready();
    machine.clone.write(BUILT, 'for an OpenCV that is gone');
    await using again = machine.setUp();
    expect(await again.exited).toMatchObject({ code: 0 });
    expect(again.output()).toContain('because the last build does not load');
    expect(machine.clone.calls()).toEqual([...ALL_STEPS, 'node-gyp rebuild']);
  });

  it('says that what it has built does not work', async () => {
    using machine = new Machine();
    await using setUp = machine.setUp({ gyp: 'broken' });
    expect(await setUp.exited).toMatchObject({ code: 1 });
    expect(setUp.output()).toMatch(/cannot open shared object file[^]*is built and does not work; why is above\.\n$/);
  });

  it('says that npm has left out the optional package', async () => {
    using machine = new Machine();
    machine.clone.remove('packages/@u4');
    await using setUp = machine.setUp();
    expect(await setUp.exited).toMatchObject({ code: 1 });
    expect(setUp.output()).toMatch(/npm has left out the optional package .*--include=optional.*\n$/);
  });

  it('shows the first error of the compiler and how the build ended, and explains it', async () => {
    using machine = new Machine();
    await using setUp = machine.setUp({ gyp: 'Mat.cc:7:1: error: no member named x' });
    expect(await setUp.exited).toMatchObject({ code: 1 });
    expect(setUp.output()).toContain('\nMat.cc:7:1: error: no member named x\n');
    expect(setUp.output()).not.toContain('line 20\n');
    expect(setUp.output()).toMatch(/\ngyp ERR! build error\n\nThe binding does not fit .*\n$/);
    expect(machine.clone.has('.framewire/preparing.lock')).toBe(false);
  });

  it('ends the compilers on Ctrl+C, and builds the next time', async () => {
    using machine = new Machine();
    await using setUp = machine.setUp({ gyp: 'hang' });
    const compiler = await eventually(
      () =>
        machine.clone
          .calls()
          .find(call => call.startsWith('compiler '))
          ?.slice('compiler '.length),
      'compiler',
    );
    process.kill(setUp.pid, 'SIGINT');
    expect(await setUp.exited).toMatchObject({ code: 130, forced: false });
    expect(setUp.output()).toContain('Interrupted');
    await eventually(() => !isRunning(Number(compiler)), 'end of the compiler');
    await using again = machine.setUp();
    expect(await again.exited).toMatchObject({ code: 0 });
    expect(again.output()).toContain('OpenCV 4.6.0 is ready');
  });

  it('takes over from one that was killed, and ends the compilers that it left behind', async () => {
    using machine = new Machine();
    await using setUp = machine.setUp({ gyp: 'hang' });
    const compiler = await eventually(
      () =>
        machine.clone
          .calls()
          .find(call => call.startsWith('compiler '))
          ?.slice('compiler '.length),
      'compiler',
    );
    process.kill(setUp.pid, 'SIGKILL');
    await setUp.exited;
    await using again = machine.setUp();
    expect(await again.exited).toMatchObject({ code: 0 });
    await eventually(() => !isRunning(Number(compiler)), 'end of the compiler');
  });
});

describe('what npm run setup:opencv needs of the system', () => {
  const without = (...absent: readonly string[]): string[] =>
    ['g++', 'make', 'python3', 'apt-get'].filter(name => !absent.includes(name));

  it('is installed with apt-get when root runs it', async () => {
    using machine = new Machine(without('make', 'python3'));
    await using setUp = machine.setUp();
    expect(await setUp.exited).toMatchObject({ code: 0 });
    expect(machine.clone.calls()).toEqual([
      'apt-get update -q',
      'apt-get install -y --no-install-recommends make python3 -q -o DPkg::Lock::Timeout=300',
      ...ALL_STEPS,
    ]);
    expect(setUp.output()).toMatch(/^Installing make, python3 \.\.\.\nInstalled make, python3 \(\d+ s\)\n/);
  });

  it('is named as a command for others, before anything is done', async () => {
    using machine = new Machine(without('g++', 'make'));
    await using setUp = machine.setUp({ user: 1000 });
    expect(await setUp.exited).toMatchObject({ code: 1 });
    expect(setUp.output()).toMatch(/\n {2}sudo apt-get install -y --no-install-recommends g\+\+ make\n$/);
    expect(machine.clone.calls()).toEqual([]);
  });

  it('is named where there is no apt-get', async () => {
    using machine = new Machine(without('make', 'apt-get'));
    await using setUp = machine.setUp();
    expect(await setUp.exited).toMatchObject({ code: 1 });
    expect(setUp.output()).toMatch(/^OpenCV 4 .* there is no apt-get here .*make\)\.\n$/);
  });

  it('is explained when it cannot be installed', async () => {
    using machine = new Machine(without('make'));
    const said = 'E: Failed to fetch ...  Temporary failure resolving ...';
    await using setUp = machine.setUp({ apt: said });
    expect(await setUp.exited).toMatchObject({ code: 1 });
    expect(setUp.output()).toContain(`${said}\n\nDebian's packages cannot be reached`);
  });

  it('is not left half installed by Ctrl+C', async () => {
    using machine = new Machine(without('make'));
    await using setUp = machine.setUp({ apt: 'asked to end' });
    await eventually(() => machine.clone.calls().includes('apt-get waits'), 'installation');
    process.kill(setUp.pid, 'SIGINT');
    expect(await setUp.exited).toMatchObject({ code: 130, forced: false });
    expect(machine.clone.calls().at(-1)).toBe('apt-get finishes');
  });

  it('may be an OpenCV of somebody, which must be where it is said to be', async () => {
    using machine = new Machine();
    await using setUp = machine.setUp({ env: { OPENCV_LIB_DIR: '/nowhere' } });
    expect(await setUp.exited).toMatchObject({ code: 1 });
    expect(setUp.output()).toMatch(/^OPENCV_INCLUDE_DIR and OPENCV_LIB_DIR must name .*\n$/);
  });

  it('is found where Debian puts it, on whatever processor, and the cascades are asked for as well', () => {
    using system = new Clone();
    const env = { PATH: '' };
    expect(missingPackages(env, system.root)).toEqual(['libopencv-dev', 'opencv-data', 'g++', 'make', 'python3']);
    system.write('usr/include/opencv4/opencv2/core.hpp', '');
    system.write('usr/lib/i386-linux-gnu/libc.so', '');
    system.write('usr/lib/aarch64-linux-gnu/libopencv_core.so', '');
    expect(missingPackages(env, system.root)).toEqual(['opencv-data', 'g++', 'make', 'python3']);
    expect(findOpencv(env, system.root)?.lib).toBe(`${system.root}/usr/lib/aarch64-linux-gnu`);
    system.write('usr/share/opencv4/haarcascades/haarcascade_eye.xml', '');
    expect(missingPackages(env, system.root)).toEqual(['g++', 'make', 'python3']);
  });
});

describe('explainBuild', () => {
  it.each([
    ['../cc/core/Mat.cc:7:1: error: no member named x', 'does not fit this OpenCV or this compiler'],
    ['Mat.h:1:10: fatal error: opencv2/core.hpp: No such file or directory', 'A part of OpenCV is not installed'],
    ['/usr/bin/ld: cannot find -lopencv_face: No such file or directory', 'A part of OpenCV is not installed'],
    ['g++: fatal error: Killed signal terminated program cc1plus', 'not enough memory'],
    ['fatal error: error writing to /tmp/a.s: No space left on device', 'The disk is full'],
    ['gyp ERR! stack FetchError: getaddrinfo ENOTFOUND nodejs.org', 'headers of this Node'],
    ['gyp ERR! find Python', 'Python 3.6'],
    ['a surprise', 'The build failed (exit code 1)'],
  ])('knows what to do about %s', (output, sentence) => {
    expect(explainBuild({ exitCode: 1, signal: null, output })).toContain(sentence);
  });
});

describe('explainApt', () => {
  it.each([
    ['E: You do not have enough free space in /var/cache/apt/archives/.', 'The disk is full'],
    ['E: Could not get lock /var/lib/dpkg/lock-frontend.', 'Another program is installing packages'],
    ['E: dpkg was interrupted, you must manually run ...', 'dpkg --configure -a'],
    ['E: Unable to locate package make', 'does not know a package'],
    ['E: a surprise', 'apt-get failed (exit code 100)'],
  ])('knows what to do about %s', (output, sentence) => {
    expect(explainApt({ exitCode: 100, signal: null, output })).toContain(sentence);
  });
});

describe('Progress', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([
    [false, 'Building ...\n', '  file 2 of 9, 10 s\n'],
    [true, '\r\x1b[2KBuilding ... 0 s', '\r\x1b[2KBuilding ... file 2 of 9, 10 s'],
  ])('tells how far a step is (on a terminal: %s)', (isTTY, first, tenSecondsLater) => {
    vi.useFakeTimers();
    const written: string[] = [];
    const progress = new Progress({ isTTY, write: text => written.push(text) });
    progress.begin('Building');
    progress.step('file 2 of 9');
    vi.advanceTimersByTime(10_000);
    progress.fail();
    expect(written[0]).toBe(first);
    expect(written.filter(text => text.includes('file')).at(-1)).toBe(tenSecondsLater);
  });
});

describeWith(['npm run setup:opencv'], 'the OpenCV that was set up', () => {
  it('encodes a picture and tells its version', () => {
    const check = fileURLToPath(new URL('../../server/setup/opencv-check.mjs', import.meta.url));
    expect(execFileSync(process.execPath, [check], { encoding: 'utf8' })).toMatch(/^OpenCV 4\.\d+\.\d+$/m);
  });
});
