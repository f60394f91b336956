import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Run } from '../support/run.js';
import { Clone } from './clone.js';

/** An apt-get that installs a package by putting a program of that name on the PATH. */
const APT = `
import { appendFileSync, chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const how = process.env.FAKE_APT;
const args = process.argv.slice(2);
appendFileSync('calls.txt', 'apt-get ' + args.join(' ') + '\\n');
console.log('noise of apt-get ' + args[0]);
const packages = args.slice(3, args.indexOf('-q'));
const install = () => packages.forEach(name => {
  const path = join(dirname(process.argv[1]), name);
  writeFileSync(path, '');
  chmodSync(path, 0o755);
});
if (args[0] === 'install') {
  if (how === 'asked to end') {
    process.on('SIGINT', () => (install(), appendFileSync('calls.txt', 'apt-get finishes\\n'), process.exit(0)));
    appendFileSync('calls.txt', 'apt-get waits\\n');
    setInterval(() => {}, 1000);
  } else if (how) {
    console.error(how);
    process.exit(100);
  } else install();
}
`;

/** A node-gyp that compiles two files, then fails with a text, hangs with a child of its own, or makes a binding. */
const NODE_GYP = `
const { spawn } = require('node:child_process');
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
const how = process.env.FAKE_GYP;
const calls = '../../../calls.txt';
appendFileSync(calls, 'node-gyp ' + process.argv[2] + '\\n');
console.log('  CXX(target) Release/obj.target/opencv4nodejs/cc/core/Mat.o');
console.log('  CXX(target) Release/obj.target/opencv4nodejs/cc/core/core.o');
if (how === 'hang') {
  const compiler = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  appendFileSync(calls, 'compiler ' + compiler.pid + '\\n');
  setInterval(() => {}, 1000);
} else if (how && how !== 'broken') {
  // All on one pipe: two have no order.
  console.error(how);
  for (let i = 0; i < 40; i++) console.error('line ' + i);
  console.error('gyp ERR! build error');
  process.exit(1);
} else {
  mkdirSync('build/Release', { recursive: true });
  writeFileSync('build/Release/opencv4nodejs.node', how || 'works');
}
`;

/** The binding's JavaScript, which loads what is built only when that works. */
const BINDING = `
const { readFileSync } = require('node:fs');
const built = readFileSync(__dirname + '/../../build/Release/opencv4nodejs.node', 'utf8');
if (built !== 'works') throw new Error('libopencv_core.so.406: cannot open shared object file');
exports.cv = {
  version: { major: 4, minor: 6, revision: 0 },
  Mat: class {},
  VideoCapture: class {},
  imencode: () => Buffer.from([0xff, 0xd8]),
};
`;

const PACKAGE = 'packages/@u4/opencv4nodejs';

/** What of a machine the set-up of OpenCV can see: a fresh clone, an OpenCV, and the programs on its PATH. */
export class Machine implements Disposable {
  readonly clone = new Clone();

  /** @param programs that it has, besides OpenCV's headers and libraries */
  constructor(programs: readonly string[] = ['g++', 'make', 'python3', 'apt-get']) {
    this.clone.write('opencv/include/opencv2/core.hpp', '');
    this.clone.write('opencv/lib/libopencv_core.so', '');
    this.clone.write(`${PACKAGE}/package.json`, '{ "version": "7.1.2", "main": "cjs/lib/opencv4nodejs.js" }');
    this.clone.write(`${PACKAGE}/binding.gyp`, '{ "sources": [\n"cc/core/Mat.cc",\n"cc/core/core.cc",\n] }');
    this.clone.write(`${PACKAGE}/cjs/lib/opencv4nodejs.js`, BINDING);
    this.clone.write('packages/node-gyp/bin/node-gyp.js', NODE_GYP);
    for (const name of programs) {
      const path = `bin/${name}`;
      this.clone.write(path, name === 'apt-get' ? `#!${process.execPath}${APT}` : '');
      chmodSync(join(this.clone.root, path), 0o755);
    }
  }

  /**
   * Runs `npm run setup:opencv`. `apt`, `gyp`: a text to fail with, or a word that those above know; `user`: who runs
   * it, in place of root.
   */
  setUp({ apt = '', gyp = '', user = 0, env = {} }: SetUpOptions = {}): Run {
    const asUser = `data:text/javascript,process.getuid=()=>${user}`;
    return run(process.execPath, ['--import', asUser, 'server/start.mjs', '--setup-opencv'], {
      cwd: this.clone.root,
      env: {
        npm_execpath: join(this.clone.root, 'fake-npm.mjs'),
        FAKE_NPM: '',
        FAKE_APT: apt,
        FAKE_GYP: gyp,
        PATH: join(this.clone.root, 'bin'),
        CXX: '',
        OPENCV_INCLUDE_DIR: join(this.clone.root, 'opencv/include'),
        OPENCV_LIB_DIR: join(this.clone.root, 'opencv/lib'),
        ...env,
      },
    });
  }

  [Symbol.dispose](): void {
    this.clone[Symbol.dispose]();
  }
}

interface SetUpOptions {
  apt?: string;
  gyp?: string;
  user?: number;
  env?: Record<string, string>;
}
