import { describe, expect, it } from 'vitest';
import { StreamNumbers } from '../../../server/src/stream/stream-numbers.js';

describe("a stream's numbers", () => {
  it("are the producer's own at first", () => {
    const numbers = new StreamNumbers();
    expect([1, 2, 5].map(seq => numbers.of(seq))).toEqual([1, 2, 5]);
  });

  it('go on when the producer counts from 1 again', () => {
    const numbers = new StreamNumbers();
    numbers.of(7);
    numbers.restart();
    expect(numbers.of(1)).toBe(8);
    numbers.restart();
    expect(numbers.of(1)).toBe(9);
  });

  it('leave a place for what the producer did not make', () => {
    const numbers = new StreamNumbers();
    numbers.of(3);
    expect(numbers.insert()).toBe(4);
    expect(numbers.of(4)).toBe(5);
    numbers.restart();
    expect([numbers.insert(), numbers.of(1)]).toEqual([6, 7]);
  });

  it('do not fall when a picture comes late', () => {
    const numbers = new StreamNumbers();
    numbers.of(9);
    expect(numbers.of(8)).toBe(8);
    expect(numbers.insert()).toBe(10);
  });
});
