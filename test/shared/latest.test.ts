import { Latest } from '@framewire/shared/latest';
import { describe, expect, it } from 'vitest';

describe('Latest', () => {
  it('is empty at first', () => {
    const slot = new Latest<string>();
    expect(slot.isEmpty).toBe(true);
    expect(slot.take()).toBeUndefined();
  });

  it('gives what was put', () => {
    const slot = new Latest<string>();
    expect(slot.put('A')).toBeUndefined();
    expect(slot.isEmpty).toBe(false);
    expect(slot.take()).toBe('A');
    expect(slot.isEmpty).toBe(true);
    expect(slot.take()).toBeUndefined();
  });

  it('hands the waiting value back when a newer one comes', () => {
    const slot = new Latest<string>();
    slot.put('B');
    expect(slot.put('C')).toBe('B');
    expect(slot.put('D')).toBe('C');
    expect(slot.take()).toBe('D');
  });

  it('loses nothing: whatever was put is handed back once or taken once', () => {
    const slot = new Latest<number>();
    const seen: number[] = [];
    const see = (value: number | undefined): void => void (value === undefined || seen.push(value));
    for (let i = 0; i < 100; i += 1) {
      see(slot.put(i));
      if (i % 3 === 0) see(slot.take());
    }
    see(slot.take());
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
