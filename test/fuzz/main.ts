import { parseArgs } from 'node:util';
import { fuzzJpegs } from './jpegs.js';
import { fuzzStreams } from './streams.js';

/** What the true sizes of all these inputs need, with Node and FFmpeg around them, and not what headers claim. */
const MOST_MB = 400;

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
// resourceUsage counts in kB.
const peakMb = Math.round(process.resourceUsage().maxRSS / 1000);
process.stdout.write(`${JSON.stringify({ seed, jpegs, streams, peakMb })}\n`);
if (peakMb > MOST_MB) throw new Error(`${peakMb} MB were taken; ${MOST_MB} are allowed.`);
