import { BadMessageError } from './bad-message.js';

/**
 * Reads what `JSON.parse` gave as a value of a known type, or throws. Written by hand because every page loads it: with
 * a library for schemas the browser's script is more than twice as large.
 *
 * @param path where the value stands in the message, for the sentence that refuses it: `streams.0.id`
 * @throws BadMessageError
 */
export type Decoder<T> = (value: unknown, path?: string) => T;

/** A decoder for every field of `T`, of those that may be absent as well. */
export type Fields<T> = { [K in keyof T]-?: Decoder<T[K]> };

/** Any text. */
export const string: Decoder<string> = (value, path) =>
  typeof value === 'string' ? value : refuse(path, 'must be a text');

/** Any number but NaN and the infinities, which a text like `1e999` becomes. */
export const number: Decoder<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(path, 'must be a number');

/** A whole number that a double holds exactly. */
export const integer: Decoder<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(path, 'must be a whole number');

/** true or false, no other value that counts as one of them. */
export const boolean: Decoder<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'must be true or false');

/** One of a few texts. */
export function oneOf<const T extends string>(...texts: readonly T[]): Decoder<T> {
  return (value, path) =>
    texts.find(text => text === value) ?? refuse(path, `must be ${texts.map(text => `"${text}"`).join(' or ')}`);
}

/** @returns a decoder that also takes null. */
export function nullable<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null ? null : decode(value, path));
}

/** @returns a decoder that also takes undefined; the field of an object that is read so may be absent. */
export function optional<T>(decode: Decoder<T>): Decoder<T | undefined> {
  return (value, path) => (value === undefined ? undefined : decode(value, path));
}

/** @returns a decoder of arrays of any length. */
export function array<T>(decode: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, 'must be a list');
    return value.map((item, i) => decode(item, at(path, String(i))));
  };
}

/** @returns a decoder that makes a new object of the known fields; others, which a newer sender adds, are left out. */
export function object<T extends object>(fields: Fields<T>): Decoder<T>;
/** TypeScript cannot follow a type field by field; `Fields` has seen to it that none is left out. */
export function object(fields: Record<string, Decoder<unknown>>): Decoder<object> {
  const decoders = Object.entries(fields);
  return (value, path) => {
    const read: Record<string, unknown> = {};
    for (const [key, decode] of decoders) {
      const field = decode(fieldOf(value, key, path), at(path, key));
      if (field !== undefined) read[key] = field;
    }
    return read;
  };
}

/** @returns a decoder for objects of several kinds, each with its own text in the field `key`. */
export function tagged<T>(key: string, kinds: Readonly<Record<string, Decoder<T>>>): Decoder<T> {
  const kindOf = oneOf(...Object.keys(kinds));
  return (value, path) => {
    const decode = kinds[kindOf(fieldOf(value, key, path), at(path, key))];
    return decode === undefined ? refuse(path, 'is of no known kind') : decode(value, path);
  };
}

/** Own fields only: `constructor` is one that every object has. */
function fieldOf(value: unknown, key: string, path: string | undefined): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(path, 'must be an object');
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function at(path: string | undefined, key: string): string {
  return path === undefined ? key : `${path}.${key}`;
}

function refuse(path: string | undefined, what: string): never {
  throw new BadMessageError(`${path ?? 'The message'} ${what}.`);
}

/** What came of a text: the message, or a sentence that says why it is none. */
export type Parsed<T> = { ok: true; message: T } | { ok: false; reason: string };

/** Reads a text as JSON and then with `decode`. Never throws. */
export function parseJson<T>(decode: Decoder<T>, text: string): Parsed<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'A control message is JSON; this one is not.' };
  }
  try {
    return { ok: true, message: decode(json) };
  } catch (error) {
    if (error instanceof BadMessageError) return { ok: false, reason: error.message };
    throw error;
  }
}
