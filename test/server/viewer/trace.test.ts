import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { departedAt, observed, rttMs, UNKNOWN_LINK, type Link } from '../../../server/src/link/congestion.js';
import { acknowledged, IDLE_PACER, reanchored, sendableAt, sent, type Pacer } from '../../../server/src/link/pacer.js';

const number = z.number();
const row = z.tuple([number, number, number, number, number, number]);

const frames = readFileSync(new URL('../../vectors/link-20-2-20.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line, seq) => {
    const [bytes, sentAt, headerAt, arrivedAt, foreseenQueueMs, now] = row.parse(JSON.parse(line));
    return {
      seq,
      bytes,
      coveredBytes: bytes,
      sentAt,
      headerAt,
      arrivedAt,
      isHeld: false,
      heldMs: 0,
      foreseenQueueMs,
      now,
    };
  });

/** The estimate after the last frame that was acknowledged by then. */
function linkAt(ms: number): Link {
  return frames.filter(({ now }) => now <= ms).reduce<Link>(observed, UNKNOWN_LINK);
}

const mbit = ({ rate = 0 }: Link) => (rate * 8) / 1000;

describe('a recorded link of 20, 2 and 20 Mbit/s', () => {
  it.each([
    [5000, 20],
    [14_000, 20],
    [16_500, 2],
    [30_000, 2],
    [36_000, 20],
    [50_000, 20],
  ])('is taken at %d ms for what it was, %d Mbit/s', (ms, rate) => {
    expect(mbit(linkAt(ms)) / rate).toBeGreaterThan(0.7);
    expect(mbit(linkAt(ms)) / rate).toBeLessThan(1.3);
    expect(rttMs(linkAt(ms))).toBeGreaterThan(38);
    expect(rttMs(linkAt(ms))).toBeLessThan(50);
  });

  it('is noticed with the first frame that tells of its fall', () => {
    expect(mbit(linkAt(15_000))).toBeGreaterThan(10);
    expect(mbit(linkAt(15_100))).toBeLessThan(6);
  });

  it('gives the same decisions again: each frame was sent when the pacer let it go', () => {
    let [pacer, link]: [Pacer, Link] = [IDLE_PACER, UNKNOWN_LINK];
    const early: number[] = [];
    const events = [
      ...frames.map(frame => ({ at: frame.sentAt, isSent: true, frame })),
      ...frames.map(frame => ({ at: frame.now, isSent: false, frame })),
    ].toSorted((a, b) => a.at - b.at || Number(a.isSent) - Number(b.isSent));
    for (const { at, isSent, frame } of events) {
      if (isSent) {
        // Times in the trace are rounded to a tenth, and a timer may run a millisecond early.
        if (sendableAt(pacer, link, { queueMs: 5, ackEvery: 1 }, at) > at + 1.5) early.push(at);
        pacer = sent(pacer, frame, link, at);
        continue;
      }
      const result = acknowledged(pacer, frame.seq);
      if (result === undefined) continue;
      link = observed(link, frame);
      pacer = reanchored(result.pacer, link, departedAt(link, frame.arrivedAt));
    }
    expect(early.length).toBeLessThan(frames.length * 0.01);
  });
});
