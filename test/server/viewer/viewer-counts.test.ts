import { describe, expect, it } from 'vitest';
import { ViewerCounts } from '../../../server/src/viewer/viewer-counts.js';
import { seededRandom } from '../../support/random.js';

describe("a viewer's counts", () => {
  it('count the numbers that never came as skipped', () => {
    const counts = new ViewerCounts();
    expect([5, 6, 9].map(seq => counts.offered(seq, false))).toEqual([true, true, true]);
    expect(counts).toMatchObject({ captured: 5, dropped: { skipped: 2, rate: 0, superseded: 0 } });
  });

  it('start with the first picture, whatever its number', () => {
    const counts = new ViewerCounts();
    counts.offered(4_000_000_000, false);
    expect(counts).toMatchObject({ captured: 1, totalDropped: 0 });
  });

  it('ignore pictures that are not newer', () => {
    const counts = new ViewerCounts();
    expect([7, 7, 6, 8].map(seq => counts.offered(seq, false))).toEqual([true, false, false, true]);
    expect(counts.captured).toBe(2);
  });

  it('count a picture once more that was drawn anew in another rendition', () => {
    const counts = new ViewerCounts();
    expect([counts.offered(7, false), counts.offered(7, true), counts.offered(6, true)]).toEqual([true, true, false]);
    expect(counts).toMatchObject({ captured: 2, totalDropped: 0 });
  });

  it('go on where the numbers start anew', () => {
    const counts = new ViewerCounts();
    const seqs = [2 ** 32 - 2, 2 ** 32 - 1, 0, 3];
    expect(seqs.map(seq => counts.offered(seq, false))).toEqual([true, true, true, true]);
    expect(counts).toMatchObject({ captured: 6, dropped: { skipped: 2 } });
    expect(counts.offered(2 ** 32 - 1, false)).toBe(false);
  });

  it('leave out what came while it did not watch', () => {
    const counts = new ViewerCounts();
    counts.offered(5, false);
    counts.interrupt();
    counts.offered(500, false);
    counts.interrupt();
    counts.offered(3, false);
    expect(counts).toMatchObject({ captured: 3, totalDropped: 0 });
  });

  it('hold captured = sent + dropped + waiting at every step, whatever comes', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const counts = new ViewerCounts();
      const balances = watchAtRandom(counts, seed);
      expect(balances.filter(balance => balance !== 0)).toEqual([]);
      expect(counts.captured).toBeGreaterThan(300);
    }
  });
});

/** A viewer's life of 500 events. @returns after each, by how much its counts do not add up. */
function watchAtRandom(counts: ViewerCounts, seed: number): number[] {
  const random = seededRandom(seed);
  // Every other life passes the end of the numbers.
  let seq = seed % 2 === 0 ? 2 ** 32 - 200 : 1;
  let waiting = 0;
  const offer = () => {
    seq = (seq + 1 + Math.floor(random() * 4)) % 2 ** 32;
    if (!counts.offered(seq, false)) return;
    if (random() < 0.3) counts.dropped.rate += 1;
    else if (waiting === 1) counts.dropped.superseded += 1;
    else waiting = 1;
  };
  return Array.from({ length: 500 }, () => {
    const what = random();
    if (what < 0.6) {
      offer();
    } else if (what < 0.9) {
      counts.sent += waiting;
      waiting = 0;
    } else if (what > 0.97) {
      counts.interrupt();
    }
    return counts.captured - counts.sent - counts.totalDropped - waiting;
  });
}
