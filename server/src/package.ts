import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Folder of this package: `server` in a clone of the repository, `framewire` where it was installed. */
const FOLDER = path.dirname(createRequire(import.meta.url).resolve('framewire/package.json'));

export const PACKAGE_FILE = path.join(FOLDER, 'package.json');

/** What browsers are offered. */
export const CLIENT_FOLDER = path.join(FOLDER, 'dist/client');

/** Only a clone has sources. */
const isClone = existsSync(path.join(FOLDER, 'src'));

/** How the program is called, without options. */
export const PROGRAM = isClone ? 'npm start' : 'framewire';

/** How it is called with options behind it, or one of its commands. */
export const PROGRAM_WITH = isClone ? 'npm start --' : 'framewire';

/** What sets OpenCV up: its binding has to be compiled. */
export const OPENCV_SETUP = isClone ? 'npm run setup:opencv' : 'npm run setup:opencv in a clone of the repository';
