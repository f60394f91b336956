import { readFileSync } from 'node:fs';
import { parseClientMessage } from '@framewire/shared/client-message';
import { parseServerMessage, parseStreamList } from '@framewire/shared/control';
import type { Parsed } from '@framewire/shared/decoder';
import { MAX_CONTROL_BYTES } from '@framewire/shared/protocol';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pick, seeded } from './seeded.js';

const Accepted = z.object({ name: z.string(), message: z.unknown(), text: z.string().optional() });
const Refused = z.object({
  name: z.string(),
  message: z.unknown().optional(),
  text: z.string().optional(),
  names: z.string(),
});
const Side = z.object({ valid: z.array(Accepted).min(1), invalid: z.array(Refused).min(1) });
const vectors = z
  .object({ toServer: Side, toViewer: Side })
  .parse(JSON.parse(readFileSync(new URL('../vectors/control.json', import.meta.url), 'utf8')));

/** One line, a full stop at its end, no longer than an error message may be, nothing of the parser's insides. */
const SENTENCE = /^[^\n]{10,300}\.$|^[^\n]{300}\.\.\.$/;

const reasonOf = (parsed: Parsed<unknown>): string => (parsed.ok ? 'it was accepted' : parsed.reason);

describe.each([
  ['parseClientMessage', parseClientMessage, vectors.toServer],
  ['parseServerMessage', parseServerMessage, vectors.toViewer],
] as const)('%s', (_name, parse, { valid, invalid }) => {
  it.each(valid)('accepts $name', ({ message, text }) => {
    expect(parse(text ?? JSON.stringify(message))).toEqual({ ok: true, message });
  });

  it.each(invalid)('refuses $name in a sentence that names it', ({ message, text, names }) => {
    const parsed = parse(text ?? JSON.stringify(message));
    expect(parsed.ok).toBe(false);
    expect(reasonOf(parsed)).toMatch(SENTENCE);
    expect(reasonOf(parsed)).toContain(names);
  });

  it('refuses every valid message that was cut', () => {
    for (const { message } of valid) {
      const text = JSON.stringify(message);
      for (let length = 0; length < text.length; length += 1) expect(parse(text.slice(0, length)).ok).toBe(false);
    }
  });

  it('accepts or refuses 10000 changed messages, and never throws', () => {
    const random = seeded(7);
    const messages = valid.map(({ message }) => message);
    let refused = 0;
    for (let i = 0; i < 10_000; i += 1) {
      const text = JSON.stringify(distort(pick(random, messages), random)) ?? '';
      const parsed = parse(random() < 0.1 ? scratch(text, random) : text);
      if (parsed.ok) continue;
      refused += 1;
      expect(parsed.reason).toMatch(SENTENCE);
    }
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(10_000);
  });

  it('is not led astray by depth or length', () => {
    for (const text of ['['.repeat(MAX_CONTROL_BYTES), `${'{"type":'.repeat(2000)}1${'}'.repeat(2000)}`]) {
      expect(reasonOf(parse(text))).toMatch(SENTENCE);
    }
  });
});

describe('parseClientMessage', () => {
  it('takes one word that is no JSON, and nothing that is like it', () => {
    expect(parseClientMessage('next')).toEqual({ ok: true, message: { type: 'next' } });
    for (const text of ['Next', 'next ', 'nex', '"next"', '{"type":"next"}', 'next next'])
      expect(parseClientMessage(text).ok).toBe(false);
  });
});

describe('parseServerMessage', () => {
  it('leaves out what a newer server adds', () => {
    const text = '{"type":"source","stream":"gate","state":"live","since":12,"more":{"a":[]}}';
    expect(parseServerMessage(text)).toEqual({
      ok: true,
      message: { type: 'source', stream: 'gate', state: 'live' },
    });
  });
});

describe('parseStreamList', () => {
  it('reads the streams of a welcome', () => {
    const welcome = JSON.stringify(vectors.toViewer.valid[0]?.message);
    const parsed = parseStreamList(welcome);
    expect(parsed.ok && parsed.message.streams.map(({ name }) => name)).toEqual(['gate']);
  });

  it('refuses anything else', () => {
    expect(reasonOf(parseStreamList('{"streams":3}'))).toMatch(SENTENCE);
  });
});

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  'subscribe',
  'x'.repeat(5000),
  '\u0000\u{1f6aa}',
  [],
  [1, [2, [3]]],
  {},
  { type: 'subscribe' },
  { toString: 1, constructor: null },
];

/** A copy in which some value, at any depth, was replaced, removed, added or given another name. */
function distort(value: unknown, random: () => number): unknown {
  if (random() < 0.05) return pick(random, STRANGE);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(item => distort(item, random));
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const chance = random();
    if (chance < 0.05) return [];
    if (chance < 0.1) return [[pick(random, ['type', '__proto__', 'x', key.toUpperCase()]), item]];
    return [[key, distort(item, random)]];
  });
  if (random() < 0.05) entries.push([pick(random, ['extra', 'quality', 'constructor']), pick(random, STRANGE)]);
  return Object.fromEntries(entries);
}

/** Some characters of a text exchanged. */
function scratch(text: string, random: () => number): string {
  const characters = Array.from(text);
  for (let i = 0; i < 3; i += 1)
    characters[Math.floor(random() * characters.length)] = pick(random, ['"', '{', ']', ',', '\\', '\u0001', '9']);
  return characters.join('');
}
