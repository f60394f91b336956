import { backUnder, figuresOf } from './figures.js';
import { HELP, simulateOptions } from './options.js';
import { plot } from './plot.js';
import { simulate, type Outcome } from './simulation.js';

/** From the first frame on a link is being learned; the figures begin then, ms. */
const SETTLED_MS = 3000;

try {
  const scenario = simulateOptions(process.argv.slice(2));
  process.stdout.write(scenario === undefined ? HELP : describe(simulate(scenario)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nSee npm run simulate -- --help.\n`);
  process.exitCode = 2;
}

function describe(outcome: Outcome): string {
  const { scenario, viewers, encodes, renditions } = outcome;
  const span = { from: SETTLED_MS, to: scenario.seconds * 1000 };
  const all = viewers.map(viewer => figuresOf(viewer, span));
  const worst = all.reduce((a, b) => (b.ageMs.p95 > a.ageMs.p95 ? b : a));
  const rates = all.map(({ goodput }) => goodput / 125).toSorted((a, b) => a - b);
  const [first] = viewers;
  const { p50, p95, p99, max } = worst.ageMs;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const lines = [
    `age         p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)}${viewers.length > 1 ? ' (worst viewer)' : ''}`,
    `frames      ${worst.fps.toFixed(1)} a second, ${(worst.bytesPerFrame / 1000).toFixed(1)} kB each`,
    `rate        ${rates.length > 1 ? `${rates[0]?.toFixed(2)} to ${rates.at(-1)?.toFixed(2)} Mbit/s each` : `${rates[0]?.toFixed(2)} Mbit/s`}`,
    `renditions  ${worst.changes} changes, at most ${renditions} in use, ${encodes} encodes`,
    `last over 200 ms   ${first === undefined ? '-' : ms(backUnder(first.received, 0, 200))} after the start`,
    '',
    ...(first?.choices ?? []).map(({ at, name, why }) => `${(at / 1000).toFixed(2).padStart(7)} s  ${name}  ${why}`),
    '',
    ...plot(outcome),
  ];
  return `${lines.join('\n')}\n`;
}
