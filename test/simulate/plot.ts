import type { Outcome } from './simulation.js';

const COLUMNS = 72;
const BARS = ' ▁▂▃▄▅▆▇█';

/** Age, believed rate and rung of the first viewer over time, as lines of bars that a terminal shows. */
export function plot({ scenario, viewers, moments }: Outcome): string[] {
  const spanMs = (scenario.seconds * 1000) / COLUMNS;
  const columns = Array.from({ length: COLUMNS }, (_, index) => [index * spanMs, (index + 1) * spanMs] as const);
  const received = viewers[0]?.received ?? [];
  const ages = columns.map(([from, to]) =>
    Math.max(0, ...received.filter(({ at }) => at >= from && at < to).map(({ ageMs }) => ageMs)),
  );
  const of = (pick: (moment: Outcome['moments'][number]) => number) =>
    columns.map(([from]) => pick(moments.find(({ at }) => at >= from) ?? EMPTY));
  const rates = of(({ believedRate }) => (believedRate ?? 0) / 125);
  const real = of(({ linkRate }) => linkRate / 125);
  const rungs = of(({ rung }) => rung);
  const top = Math.max(...real) * 1.2;
  return [
    row('oldest, ms', ages, Math.max(...ages)),
    row('link, Mbit/s', real, top),
    row('believed', rates, top),
    row('rung', rungs, Math.max(1, ...rungs)),
    `${' '.repeat(14)}0 s${`${scenario.seconds} s`.padStart(COLUMNS - 3)}`,
  ];
}

const EMPTY = { at: 0, linkRate: 0, believedRate: 0, queueMs: 0, rung: 0 };

function row(name: string, values: readonly number[], top: number): string {
  const bars = values.map(value => BARS[Math.round((Math.min(value, top) / top) * (BARS.length - 1))] ?? ' ').join('');
  return `${name.padEnd(14)}${bars}  up to ${top < 10 ? top.toFixed(1) : top.toFixed(0)}`;
}
