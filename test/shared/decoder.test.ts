import {
  array,
  boolean,
  integer,
  nullable,
  number,
  object,
  oneOf,
  optional,
  parseJson,
  string,
  tagged,
  type Decoder,
} from '@framewire/shared/decoder';
import { describe, expect, it } from 'vitest';

interface Shape {
  kind: 'point' | 'line';
  at: number[];
  label?: string | undefined;
  parent: number | null;
}

const fields = { at: array(number), label: optional(string), parent: nullable(integer) };
const shape = tagged<Shape>('kind', {
  point: object<Shape>({ kind: oneOf('point'), ...fields }),
  line: object<Shape>({ kind: oneOf('line'), ...fields }),
});

const reasonOf = (decode: Decoder<unknown>, text: string): string => {
  const parsed = parseJson(decode, text);
  return parsed.ok ? 'it was accepted' : parsed.reason;
};

describe('a decoder', () => {
  it('makes a new value of the fields that it knows', () => {
    const text = '{"kind":"line","at":[1,2.5],"parent":null,"more":{"a":1},"__proto__":{"label":"x"}}';
    expect(parseJson(shape, text)).toEqual({ ok: true, message: { kind: 'line', at: [1, 2.5], parent: null } });
  });

  it.each<[string, Decoder<unknown>, string]>([
    ['no JSON', shape, '{'],
    ['The message must be an object.', shape, '[]'],
    ['kind must be "point" or "line".', shape, '{"kind":"constructor"}'],
    ['kind must be "point" or "line".', shape, '{}'],
    ['at must be a list.', shape, '{"kind":"point","at":{"length":1},"parent":1}'],
    ['at.1 must be a number.', shape, '{"kind":"point","at":[1,"2"],"parent":1}'],
    ['at.0 must be a number.', shape, '{"kind":"point","at":[1e999],"parent":1}'],
    ['label must be a text.', shape, '{"kind":"point","at":[],"label":null,"parent":1}'],
    ['parent must be a whole number.', shape, '{"kind":"point","at":[]}'],
    ['parent must be a whole number.', shape, '{"kind":"point","at":[],"parent":9007199254740993}'],
    ['The message must be true or false.', boolean, '1'],
  ])('says "%s"', (reason, decode, text) => {
    expect(reasonOf(decode, text)).toContain(reason === 'no JSON' ? 'this one is not' : reason);
  });

  it('passes on what is a fault of its own', () => {
    const faulty: Decoder<never> = () => {
      throw new TypeError('A fault.');
    };
    expect(() => parseJson(faulty, '1')).toThrow(TypeError);
  });
});
