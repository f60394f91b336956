import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/random.js';
import { backUnder, figuresOf, type Figures } from './figures.js';
import { simulateOptions } from './options.js';
import { rateOf, withPause, type RatePlan } from './rate-plan.js';
import { SimulatedLink } from './simulated-link.js';
import { simulate, type Outcome, type Scenario } from './simulation.js';
import { VirtualClock } from './virtual-clock.js';

/** As on the command line. */
function run(options: string, others: Partial<Scenario> = {}): Outcome {
  const scenario = simulateOptions(options === '' ? [] : options.split(' '));
  if (scenario === undefined) throw new Error('These options ask for help.');
  return simulate({ ...scenario, ...others });
}

/** Of all viewers. @param from and `to`, s. */
function figures({ viewers }: Outcome, from: number, to: number): Figures[] {
  return viewers.map(viewer => figuresOf(viewer, { from: from * 1000, to: to * 1000 }));
}

function only(outcome: Outcome, from: number, to: number): Figures {
  const [first] = figures(outcome, from, to);
  if (first === undefined) throw new Error('There was no viewer.');
  return first;
}

const MBIT = 125;

const BUCKETS = ['viewer', 'kernel'].flatMap(teller =>
  ['1ms', '40ms'].flatMap(rtt =>
    [16_384, 65_536, 262_144].map(burst => {
      const options = `--burst ${burst} --rtt ${rtt} --told-by ${teller}`;
      return { teller, rtt, burst, options };
    }),
  ),
);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** @param steps when the link changed, s. @returns the share of the time from 5 s after that in which what the viewer is told of it is wrong by more than 30 %. */
function wronglyTold({ moments }: Outcome, steps: readonly number[]): number {
  const later = moments.filter(({ at }) => steps.every(step => at < step * 1000 || at >= (step + 5) * 1000));
  const wrong = later.filter(
    ({ believedRate, linkRate }) => believedRate !== undefined && Math.abs(believedRate / linkRate - 1) > 0.3,
  );
  return wrong.length / later.length;
}

/** The server's own stream and viewers in virtual time, so these bounds hold on any machine or on none. */
describe('a viewer behind a simulated link', () => {
  it('gets the same each time', () => {
    const [one, other] = [run('--jitter 10ms'), run('--jitter 10ms')];
    expect(one.moments).toEqual(other.moments);
    expect(one.viewers[0]?.received).toEqual(other.viewers[0]?.received);
  });

  it('has fresh pictures at full rate that use most of 5 Mbit/s', () => {
    const { ageMs, fps, goodput } = only(run(''), 3, 30);
    expect(ageMs.p95).toBeLessThanOrEqual(60);
    expect(fps).toBeGreaterThan(28);
    expect(goodput).toBeGreaterThan(3 * MBIT);
  });

  it('keeps what it asked for when its mode is fixed, with fewer frames', () => {
    const outcome = run('--mode fixed');
    const { ageMs, fps } = only(outcome, 3, 30);
    expect(outcome.viewers[0]?.choices).toHaveLength(1);
    expect(ageMs.p95).toBeLessThanOrEqual(250);
    expect(fps).toBeGreaterThan(8);
  });

  it('survives a fall from 20 to 2 Mbit/s and comes back', () => {
    const outcome = run('--link 20mbit,2mbit@15,20mbit@35 --seconds 55');
    const received = outcome.viewers[0]?.received ?? [];
    expect(only(outcome, 15, 35).ageMs.max).toBeLessThan(900);
    const untilRise = received.filter(({ at }) => at < 35_000);
    expect(backUnder(untilRise, 15_000, 200)).toBeLessThan(1200);
    expect(only(outcome, 18, 35).ageMs.p95).toBeLessThanOrEqual(100);
    expect(only(outcome, 35, 45).ageMs.max).toBeLessThanOrEqual(150);
    const { bytesPerFrame } = only(outcome, 3, 15);
    const back = received.find(({ at, bytes }) => at > 35_000 && bytes > 0.9 * bytesPerFrame);
    expect(back?.at).toBeLessThan(40_000);
    expect(only(outcome, 15, 35).changes).toBeLessThanOrEqual(4);
    expect(only(outcome, 35, 55).changes).toBeLessThanOrEqual(4);
  });

  it.each(BUCKETS)('comes back behind $burst bytes of burst, RTT $rtt, told by the $teller', ({ options }) => {
    const link = `--link 20mbit,2mbit@15,20mbit@35 --seconds 55 ${options}`;
    // Not those that the constants were tuned on.
    const outcomes = [11, 12, 13, 14, 15].map(seed => run(`${link} --seed ${seed}`));
    // A picture of that width: padding has bytes as well.
    const backMs = outcomes.map(
      ({ viewers }) => viewers[0]?.received.find(({ at, width }) => at > 35_000 && width === 1280)?.at ?? Infinity,
    );
    expect(median(backMs)).toBeLessThan(35_000 + 6000);
    for (const outcome of outcomes) {
      expect(only(outcome, 18, 35).ageMs.p95).toBeLessThanOrEqual(100);
      expect(only(outcome, 35, 55).changes).toBeLessThanOrEqual(6);
      expect(wronglyTold(outcome, [0, 15, 35])).toBeLessThanOrEqual(0.1);
    }
    expect(median(outcomes.map(outcome => only(outcome, 15, 35).changes))).toBeLessThanOrEqual(6);
  });

  it.each(BUCKETS)(
    'sees nothing old when it falls behind $burst bytes of burst, RTT $rtt, told by the $teller',
    ({ options, rtt }) => {
      const oldest = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map(seed => {
        const outcome = run(`--link 20mbit,2mbit@7 --seconds 10 ${options} --seed ${seed}`);
        return only(outcome, 7, 10).ageMs.max;
      });
      // At 2 Mbit/s a picture of 65 kB takes a quarter of a second; over 40 ms two more have gone before that is known.
      expect(Math.max(...oldest)).toBeLessThanOrEqual(rtt === '1ms' ? 500 : 800);
    },
  );

  it.each(BUCKETS)('uses 5 Mbit/s behind $burst bytes of burst, RTT $rtt, told by the $teller', ({ options, rtt }) => {
    // What TCP leaves of 5 Mbit/s, and a scene as heavy and as calm as that of the bench's camera.
    const outcomes = [11, 12, 13].map(seed =>
      run(`--link 4.78mbit --weight 0.9 --swing 0.02 ${options} --seed ${seed}`),
    );
    const all = outcomes.map(outcome => only(outcome, 3, 30));
    expect(median(all.map(({ goodput }) => goodput))).toBeGreaterThanOrEqual((rtt === '1ms' ? 0.8 : 0.75) * 5 * MBIT);
    for (const { ageMs } of all) expect(ageMs.p95).toBeLessThanOrEqual(60);
    for (const outcome of outcomes) expect(wronglyTold(outcome, [0])).toBeLessThanOrEqual(0.1);
  });

  it.each([1, 2, 3])('comes back also from pictures that are too small to measure anything (seed %d)', seed => {
    const rich = '--burst 65536 --rtt 20ms --quality 95 --weight 0.114';
    const { viewers } = run(`--link 20mbit,1mbit@15,20mbit@35 --seconds 55 ${rich} --seed ${seed}`);
    const { choices = [] } = viewers[0] ?? {};
    const full = choices.findLast(({ at }) => at < 15_000)?.name;
    expect(choices.findLast(({ at }) => at < 35_000)?.name).not.toBe(full);
    expect(choices.find(({ at, name }) => at > 35_000 && name === full)?.at).toBeLessThan(55_000);
  });

  it.each([1, 2, 3, 4, 5, 6])('stays fresh on a link of random rates (seed %d)', seed => {
    const { ageMs } = only(run(`--link 2mbit-30mbit --seconds 60 --seed ${seed}`), 3, 60);
    expect(ageMs.p95).toBeLessThanOrEqual(80);
    expect(ageMs.max).toBeLessThanOrEqual(250);
  });

  it.each([
    ['--rtt 150ms', 75 + 60, 28],
    ['--jitter 10ms', 80, 25],
    ['--link 1mbit', 250, 8],
    ['--link 300kbit', 250, 4],
  ])('%s: p95 at most %d ms, at least %d frames a second', (options, most, least) => {
    const { ageMs, fps } = only(run(options), 3, 30);
    expect(ageMs.p95).toBeLessThanOrEqual(most);
    expect(fps).toBeGreaterThanOrEqual(least);
  });

  it('sees the newest picture soon after a link that stood still, and no burst of old ones', () => {
    const received = run('--pause 5s@10s').viewers[0]?.received ?? [];
    const after = received.filter(({ at }) => at >= 15_000);
    expect(after.filter(({ ageMs }) => ageMs > 1000).length).toBeLessThanOrEqual(3);
    expect(after.find(({ ageMs }) => ageMs < 100)?.at).toBeLessThan(15_300);
  });

  it('keeps a few frames a second beside a greedy download', () => {
    expect(only(run('--link 10mbit --queue 150ms --cross 5s'), 8, 30).fps).toBeGreaterThan(8);
  });

  it('shares a link with 39 others', () => {
    // Who is unlucky differs from run to run by more than what changes here makes of it.
    const outcomes = [1, 2, 3, 4, 5].map(seed => run(`--link 40mbit --viewers 40 --seconds 40 --seed ${seed}`));
    const all = outcomes.map(outcome => figures(outcome, 10, 40));
    const spreads = all.map(viewers => {
      const rates = viewers.map(({ goodput }) => goodput);
      return Math.max(...rates) / Math.min(...rates);
    });
    expect(median(spreads)).toBeLessThan(2);
    expect(Math.max(...all.flat().map(({ ageMs }) => ageMs.p95))).toBeLessThanOrEqual(150);
    expect(Math.max(...outcomes.map(({ renditions }) => renditions))).toBeLessThanOrEqual(6);
  });
});

describe('the first pictures', () => {
  const pictures = (options: string, scenario: Partial<Scenario> = {}) =>
    run(options, scenario).viewers[0]?.received ?? [];
  const FOUR_K = { width: 3840, height: 2160 };

  it.each([
    ['--link 100mbit --rtt 1ms', {}, 1],
    ['--link 100mbit --rtt 40ms', {}, 1],
    ['--link 20mbit --rtt 40ms', {}, 1],
    ['--link 100mbit --rtt 1ms --quality 75', {}, 2],
    ['--link 1000mbit --rtt 1ms', FOUR_K, 2],
    ['--link 100mbit --rtt 1ms --busy 80ms/100ms', {}, 1],
    ['--link 100mbit --rtt 1ms --busy 60ms/100ms --quality 75', {}, 2],
  ])('%s: of full size from the second on', (options, scenario, nth) => {
    const all = pictures(options, scenario);
    const full = all.at(-1)?.rendition;
    expect(all.findIndex(({ rendition }) => rendition === full) + 1).toBe(nth);
    expect(new Set(all.slice(1, 100).map(({ rendition }) => rendition)).size).toBe(1);
    expect((all[1]?.at ?? Infinity) - (all[0]?.at ?? 0)).toBeLessThan(140);
  });

  it.each([
    ['--link 5mbit', {}, 150, 60],
    ['--link 1mbit', {}, 500, 110],
    ['--link 1mbit --quality 90', {}, 500, 110],
    ['--link 1mbit', FOUR_K, 500, 200],
    ['--link 1mbit --rtt 1ms --burst 16000', FOUR_K, 500, 250],
    ['--link 300kbit', {}, 1500, 150],
    ['--link 300kbit --quality 90', {}, 1500, 150],
    ['--link 300kbit --rtt 1ms --burst 16000', FOUR_K, 1500, 750],
    ['--link 1mbit --rtt 1ms --burst 16000', {}, 350, 110],
  ])('%s: none takes long, and those from the third on are fresh', (options, scenario, most, mostThen) => {
    const ages = pictures(options, scenario).map(({ ageMs }) => ageMs);
    expect(Math.max(...ages.slice(0, 2))).toBeLessThanOrEqual(most);
    expect(Math.max(...ages.slice(2, 40))).toBeLessThanOrEqual(mostThen);
  });
});

describe('a simulated token bucket', () => {
  it('lets its burst through at once, the rest at its rate, and fills again', () => {
    const clock = new VirtualClock();
    const rate = rateOf([{ from: 0, bytesPerMs: 100 }]);
    const link = new SimulatedLink(clock, {
      rate,
      rttMs: 0,
      jitterMs: 0,
      crossMs: () => 0,
      burst: 1000,
      random: () => 0,
    });
    const arrivals: number[] = [];
    for (const at of [0, 0, 0, 15, 100]) clock.at(at, () => link.send(600, () => arrivals.push(clock.now())));
    clock.runUntil(200);
    expect(arrivals).toEqual([0, 2, 8, 15, 100]);
  });
});

describe('a viewer that is slower than its link', () => {
  const FAST = '--link 100mbit --rtt 1ms';

  /** Of the pictures from the 5th second on: how wide the narrowest is, px. */
  const narrowest = ({ viewers }: Outcome): number =>
    Math.min(...(viewers[0]?.received ?? []).filter(({ at }) => at > 5000).map(({ width }) => width));

  const linkIsBlamed = ({ viewers }: Outcome): boolean =>
    (viewers[0]?.choices ?? []).some(({ why }) => /carries|came late/.test(why));

  it.each([
    ['a page that is busy for 80 of 100 ms', '--busy 80ms/100ms', 8],
    ['the same, out of step with the camera', '--busy 77ms/97ms', 8],
    ['a page that is busy for 40 of 100 ms', '--busy 40ms/100ms', 20],
    ['a step of 200 ms after each picture', '--step 200ms', 4.5],
    ['a step of 50 ms after each picture', '--step 50ms', 18],
  ])('keeps its size, with fewer pictures: %s', (_, busy, leastFps) => {
    const outcome = run(`${FAST} ${busy}`);
    const { fps, ageMs } = only(outcome, 5, 30);
    expect(narrowest(outcome)).toBe(1280);
    expect(fps).toBeGreaterThanOrEqual(leastFps);
    expect(ageMs.p95).toBeLessThanOrEqual(210);
    expect(linkIsBlamed(outcome)).toBe(false);
  });

  it.each([
    [60, 500, 27],
    [150, 700, 23],
    [250, 1000, 21],
    [400, 2000, 22],
  ])('keeps its size where all stands still for some %d ms, every %d or so', (ms, everyMs, leastFps) => {
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      let plan: RatePlan = [{ from: 0, bytesPerMs: 75_000 }];
      for (let at = 1000; at < 30_000; at += everyMs * (0.5 + random()))
        plan = withPause(plan, at, ms * (0.5 + random()));
      const outcome = run(`${FAST} --quality 75 --seed ${seed}`, { plan });
      expect(narrowest(outcome)).toBe(1280);
      expect(only(outcome, 5, 30).fps).toBeGreaterThanOrEqual(leastFps);
      expect(linkIsBlamed(outcome)).toBe(false);
    }
  });

  it('is told nothing of a link that carries all, on the way up neither', () => {
    for (const options of [FAST, `${FAST} --quality 75`]) {
      const { choices = [] } = run(options).viewers[0] ?? {};
      expect(new Set(choices.map(({ why }) => why))).toEqual(new Set(['']));
    }
  });

  it('is told how many it takes, and only when it takes fewer than there are', () => {
    expect(run(`${FAST} --busy 80ms/100ms`).viewerFps).toBeCloseTo(10, 0);
    expect(run(`${FAST} --step 200ms`).viewerFps).toBeCloseTo(5, 0);
    expect(run(FAST).viewerFps).toBeNull();
    expect(run('--link 1mbit --mode fixed').viewerFps).toBeNull();
  });

  it('still gets smaller pictures when its link is slow as well', () => {
    const outcome = run('--link 1mbit --busy 80ms/97ms');
    const { fps, ageMs } = only(outcome, 5, 30);
    expect(ageMs.p95).toBeLessThanOrEqual(250);
    expect(fps).toBeGreaterThanOrEqual(8);
  });
});
