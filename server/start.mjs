#!/usr/bin/env node
/**
 * What `npm start` runs: sets up a fresh or changed clone, then becomes the server.
 *
 *   node server/start.mjs [--prepare-only] [options of the server]
 *   node server/start.mjs --setup-opencv      what `npm run setup:opencv` runs
 *
 * It may use no package, because none may be installed yet, and no recent syntax, because it has to tell an old Node so.
 */
import { fileURLToPath } from 'node:url';
import './setup/node-version.mjs';

const root = new URL('..', import.meta.url);

async function start() {
  const { prepare } = await import('./setup/prepare.mjs');
  await prepare(root);
  if (process.argv.includes('--prepare-only')) return;
  const main = new URL('server/dist/main.js', root);
  process.argv[1] = fileURLToPath(main);
  await import(main.href);
}

async function setUpOpencv() {
  const setup = await import('./setup/opencv.mjs');
  console.log(await setup.setUpOpencv(root));
}

(process.argv[2] === '--setup-opencv' ? setUpOpencv() : start()).catch(error => {
  // A set-up error is a sentence for a person; anything else is a fault, and its stack helps to find it.
  console.error(error.name === 'SetupError' ? error.message : error);
  process.exitCode = error.exitCode || 1;
});
