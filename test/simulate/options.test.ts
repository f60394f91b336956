import { describe, expect, it } from 'vitest';
import { simulateOptions } from './options.js';

describe('the options of the simulator', () => {
  it('are a link of 5 Mbit/s when there are none, and nothing when help is asked for', () => {
    expect(simulateOptions([])).toMatchObject({ plan: [{ from: 0, bytesPerMs: 625 }], queueMs: 400, viewers: 1 });
    expect(simulateOptions(['--help'])).toBeUndefined();
  });

  it('say when the link changes, and when it stands still', () => {
    const { plan } = simulateOptions(['--link', '20mbit,300kbit@15,20mbit@35s', '--pause', '5s@20s']) ?? {};
    expect(plan).toEqual([
      { from: 0, bytesPerMs: 2500 },
      { from: 15_000, bytesPerMs: 37.5 },
      { from: 20_000, bytesPerMs: 0 },
      { from: 25_000, bytesPerMs: 37.5 },
      { from: 35_000, bytesPerMs: 2500 },
    ]);
  });

  it('may leave the rates to chance: the same each time, and others with another seed', () => {
    const rates = (seed: string) => simulateOptions(['--link', '2mbit-30mbit', '--seed', seed])?.plan;
    expect(rates('1')).toEqual(rates('1'));
    expect(rates('1')).not.toEqual(rates('2'));
    for (const { bytesPerMs } of rates('1') ?? []) {
      expect(bytesPerMs).toBeGreaterThanOrEqual(250);
      expect(bytesPerMs).toBeLessThanOrEqual(3750);
    }
  });

  it.each([
    [['--link', 'fast'], '"fast" is no rate; write 5mbit or 300kbit.'],
    [['--rtt', '40'], '--rtt is a time such as 40ms or 5s, not "40".'],
    [['--viewers', '0'], '--viewers is a whole number from 1 to 1000, not "0".'],
    [['--viewers', '1.5'], '--viewers is a whole number from 1 to 1000, not "1.5".'],
    [['--quality', 'high'], '--quality is a whole number from 1 to 100, not "high".'],
    [['--fps', '0'], '--fps is a number from 1 to 1000, not "0".'],
    [['--burst', '64kB'], '--burst is a whole number from 0 to 1000000000, not "64kB".'],
    [['--seconds', '1'], '--seconds is a number from 4 to 1000000000, not "1".'],
    [['--busy', '80/100'], '--busy is a time such as 40ms or 5s, not "80".'],
    [['--mode', 'both'], '--mode is auto or fixed.'],
  ])('%j: %s', (args, message) => {
    expect(() => simulateOptions(args)).toThrow(message);
  });
});
