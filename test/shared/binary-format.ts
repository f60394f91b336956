import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pick, seeded } from './seeded.js';

const Bytes = z.string().transform(hex => Uint8Array.from(Buffer.from(hex, 'hex')));
const Good = z.array(z.object({ name: z.string(), hex: Bytes, value: z.record(z.string(), z.unknown()) })).min(1);
const Bad = z.array(z.object({ name: z.string(), hex: Bytes })).min(1);
const Vectors = z.object({ valid: Good, readOnly: Good, invalid: Bad });

/** Changed messages per format; the seed makes them the same in every run. */
const MUTATIONS = 10_000;
const SEED = 20_261;

export interface BinaryFormat<T> {
  /** File in `test/vectors`. */
  vectors: string;
  encode: (value: T) => Uint8Array;
  decode: (bytes: Uint8Array) => T;
  /** What `decode` throws, and nothing else. */
  error: new (message: string) => Error;
}

/** Tests a binary message by its vectors: both ways, cut, extended and changed. */
export function describeBinaryFormat<T>(name: string, { vectors, encode, decode, error }: BinaryFormat<T>): void {
  const file = new URL(`../vectors/${vectors}`, import.meta.url);
  const { valid, readOnly, invalid } = Vectors.parse(JSON.parse(readFileSync(file, 'utf8')));

  describe(name, () => {
    it.each(valid)('reads and writes $name', ({ hex, value }) => {
      const decoded = decode(hex);
      expect(decoded).toEqual(value);
      expect(Buffer.from(encode(decoded)).toString('hex')).toBe(Buffer.from(hex).toString('hex'));
    });

    it.each(readOnly)('reads what later versions may send: $name', ({ hex, value }) => {
      expect(decode(hex)).toEqual(value);
    });

    it.each(invalid)('refuses $name', ({ hex }) => {
      expect(() => decode(hex)).toThrow(error);
    });

    it('reads a message that lies within a larger buffer', () => {
      for (const { hex, value } of valid) {
        const larger = new Uint8Array(hex.length + 20).fill(0xaa);
        larger.set(hex, 7);
        expect(decode(larger.subarray(7, 7 + hex.length))).toEqual(value);
      }
    });

    it('refuses every other length', () => {
      for (const { hex } of valid) {
        for (let length = 0; length < hex.length + 64; length += 1) {
          if (length === hex.length) continue;
          const other = new Uint8Array(length);
          other.set(hex.subarray(0, length));
          expect(() => decode(other)).toThrow(error);
        }
      }
    });

    it(`reads or refuses ${MUTATIONS} changed messages, and what it reads it writes the same way`, () => {
      const random = seeded(SEED);
      let read = 0;
      for (let i = 0; i < MUTATIONS; i += 1) {
        const decoded = decodeUnless(error, decode, mutate(pick(random, valid).hex, random));
        if (decoded === undefined) continue;
        read += 1;
        expect(decode(encode(decoded))).toEqual(decoded);
      }
      // Both happen, so that neither half of this test is empty.
      expect(read).toBeGreaterThan(MUTATIONS / 20);
      expect(read).toBeLessThan(MUTATIONS);
    });
  });
}

/** @returns undefined when it threw the error that is documented; any other goes on to the test. */
function decodeUnless<T>(error: BinaryFormat<T>['error'], decode: (bytes: Uint8Array) => T, bytes: Uint8Array) {
  try {
    return decode(bytes);
  } catch (thrown) {
    if (thrown instanceof error) return undefined;
    throw thrown;
  }
}

/** A copy with some bytes changed, and now and then cut or extended. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const length = random() < 0.8 ? bytes.length : Math.floor(random() * (bytes.length + 20));
  const changed = new Uint8Array(length);
  changed.set(bytes.subarray(0, length));
  const changes = length === 0 ? 0 : 1 + Math.floor(random() * 6);
  for (let i = 0; i < changes; i += 1) {
    changed[Math.floor(random() * length)] = Math.floor(random() * 256);
  }
  return changed;
}
