import { parseArgs } from 'node:util';
import { fuzzJpegs } from './jpegs.js';
import { checkMemory } from './memory-bound.js';
import { fuzzStreams } from './streams.js';

const { values } = parseArgs({
  options: {
    jpegs: { type: 'string', default: '20000' },
    streams: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const jpegs = await fuzzJpegs(Number(values.jpegs), seed);
const streams = await fuzzStreams(Number(values.streams), seed);
const peakMb = checkMemory('everything');
process.stdout.write(`${JSON.stringify({ seed, jpegs, streams, peakMb })}\n`);
