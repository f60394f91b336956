#!/usr/bin/env -S node --max-semi-space-size=4
/** The command `framewire` of the package. */
import './setup/node-version.mjs';

await import('./dist/npm/main.js');
