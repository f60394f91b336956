// Preloaded into a server (`--import`), this makes it one on which koffi could not be installed.
import { createRequire, Module } from 'node:module';

const require = createRequire(new URL('../../../server/package.json', import.meta.url));
const path = require.resolve('koffi');
require.cache[path] = Object.assign(new Module(path), { loaded: true, exports: undefined });
