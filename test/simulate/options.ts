import { parseArgs } from 'node:util';
import { seededRandom } from '../support/random.js';
import { randomPlan, withPause, type RatePlan } from './rate-plan.js';
import { DEFAULT_SCENARIO, type Scenario } from './simulation.js';

export const HELP = `npm run simulate -- [options]

Runs the server's own stream and viewers over a link that exists only in virtual time: the same options give the same
figures, on any machine, within a second.

  --link RATES      what it carries: 5mbit, 300kbit; changes at seconds: 20mbit,2mbit@15,20mbit@35;
                    or any between two, another every half second: 2mbit-30mbit   (default 5mbit)
  --queue TIME      the queue before the narrowest place, which a neighbour fills (default 400ms)
  --burst BYTES     what a token bucket lets through at once when it is full: 65536 (default 0)
  --rtt TIME        there and back on an empty link (default 40ms)
  --jitter TIME     each arrival is later by 0 to twice this (default 0ms)
  --pause T@T       the link stands still: 5s@10s, for 5 s from 10 s on
  --cross TIME      from then on a greedy download shares the link
  --viewers N       that share the link (default 1)
  --mode MODE       auto or fixed (default auto)
  --quality N       1-100 (default 30)
  --fps N           of the camera (default 30)
  --budget TIME     how old pictures may be on arrival (default 100ms)
  --weight N        how much heavier pictures are than a typical street (default 1)
  --swing N         the part by which they get heavier and lighter every 7 s (default 0.25)
  --seconds N       at least 4 (default 30)
  --busy T/T        the viewer's page is busy: 80ms/100ms, for 80 ms of every 100
  --step TIME       the viewer's thread is busy for so long after each picture (default 0ms)
  --told-by WHO     who tells of arrivals: viewer, as over WebSocket, or kernel, as of /video_feed (default viewer)
  --seed N          of jitter, noise and random rates (default 1)
`;

/** @throws Error with a sentence for people. @returns undefined when help was asked for. */
export function simulateOptions(args: readonly string[]): Scenario | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{
        link: text,
        queue: text,
        burst: text,
        rtt: text,
        jitter: text,
        pause: text,
        cross: text,
        viewers: text,
        mode: text,
      },
      ...{
        quality: text,
        fps: text,
        budget: text,
        weight: text,
        swing: text,
        seconds: text,
        seed: text,
        busy: text,
        step: text,
      },
      'told-by': text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const base = DEFAULT_SCENARIO;
  const seconds = number('seconds', values.seconds, base.seconds, { least: 4 });
  const seed = number('seed', values.seed, base.seed, { isWhole: true });
  const plan = ratePlan(values.link ?? '5mbit', seconds, seed);
  const mode = values.mode ?? 'auto';
  if (mode !== 'auto' && mode !== 'fixed') throw new Error('--mode is auto or fixed.');
  const teller = values['told-by'] ?? base.teller;
  if (teller !== 'viewer' && teller !== 'kernel') throw new Error('--told-by is viewer or kernel.');
  return {
    ...base,
    plan: values.pause === undefined ? plan : paused(plan, values.pause),
    rttMs: time('rtt', values.rtt, base.rttMs),
    jitterMs: time('jitter', values.jitter, base.jitterMs),
    queueMs: time('queue', values.queue, base.queueMs),
    burst: number('burst', values.burst, base.burst, { isWhole: true }),
    crossFrom: time('cross', values.cross, base.crossFrom),
    viewers: number('viewers', values.viewers, base.viewers, { least: 1, most: 1000, isWhole: true }),
    seconds,
    request: {
      mode,
      quality: number('quality', values.quality, 30, { least: 1, most: 100, isWhole: true }),
      latencyBudgetMs: time('budget', values.budget, 100),
    },
    fps: number('fps', values.fps, base.fps, { least: 1, most: 1000 }),
    weight: number('weight', values.weight, base.weight, { least: 0.01, most: 100 }),
    swing: number('swing', values.swing, base.swing, { most: 0.7 }),
    seed,
    teller,
    busy: { ...busyTimes(values.busy), stepMs: time('step', values.step, 0) },
  };
}

function ratePlan(text: string, seconds: number, seed: number): RatePlan {
  const range = /^(\S+)-(\S+)$/.exec(text);
  if (range !== null) {
    const [, low = '', high = ''] = range;
    const rates = { low: rate(low), high: rate(high), everyMs: 500, untilMs: seconds * 1000 };
    return randomPlan(rates, seededRandom(seed));
  }
  return text.split(',').map(step => {
    const [what = '', when = '0'] = step.split('@');
    return { from: number('link', when.replace(/s$/, ''), 0) * 1000, bytesPerMs: rate(what) };
  });
}

/** @returns bytes per ms. */
function rate(text: string): number {
  const [, value, unit] = /^([\d.]+)([kmg])bit$/.exec(text) ?? [];
  const bits = { k: 1e3, m: 1e6, g: 1e9 }[unit ?? ''];
  if (value === undefined || bits === undefined) throw new Error(`"${text}" is no rate; write 5mbit or 300kbit.`);
  return (Number(value) * bits) / 8000;
}

function paused(plan: RatePlan, text: string): RatePlan {
  const [length, from] = text.split('@');
  return withPause(plan, time('pause', from, 0), time('pause', length, 0));
}

function busyTimes(text: string | undefined): { forMs: number; everyMs: number } {
  const [length, every] = text?.split('/') ?? [];
  return { forMs: time('busy', length, 0), everyMs: time('busy', every, Infinity) };
}

/** @returns ms. */
function time(name: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  const [, value, unit] = /^([\d.]+)(ms|s)$/.exec(text) ?? [];
  if (value === undefined) throw new Error(`--${name} is a time such as 40ms or 5s, not "${text}".`);
  return Number(value) * (unit === 's' ? 1000 : 1);
}

interface Bounds {
  least?: number;
  most?: number;
  isWhole?: boolean;
}

function number(name: string, text: string | undefined, byDefault: number, bounds: Bounds = {}): number {
  const { least = 0, most = 1e9, isWhole = false } = bounds;
  const value = text === undefined ? byDefault : Number(text);
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw new Error(`--${name} is a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}, not "${text}".`);
}
