import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { credentialsOf } from '../../../server/src/access/credentials.js';
import { seeded } from '../../shared/seeded.js';

const T = 'fw_Q8rWn3kQvB2mXo5sTz1aLg';

const of = (url: string, headers: IncomingHttpHeaders = {}) => credentialsOf({ url, headers }, 'fw_8080');
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const explicit = { kind: 'token', token: T, isAmbient: false };

describe('a token is found', () => {
  const carriers: Record<string, [string, IncomingHttpHeaders]> = {
    'in the address': [`/video_feed?stream=gate&token=${T}`, {}],
    'in Authorization: Bearer': ['/', { authorization: `bearer  ${T}` }],
    'as a password, whoever it is': ['/', { authorization: basic(`anna:${T}`) }],
    'as a name without a password': ['/', { authorization: basic(`${T}:`) }],
    'in a subprotocol': [
      '/ws',
      { 'sec-websocket-protocol': `framewire.v1, framewire.token.${T}`, origin: 'https://a.example' },
    ],
    'in the address on any page': [`/ws?token=${T}`, { origin: 'https://a.example' }],
    'in Bearer on any page': ['/ws', { authorization: `Bearer ${T}`, origin: 'https://a.example' }],
    'although there is a cookie': [`/?token=${T}`, { cookie: 'fw_8080=x' }],
  };
  it.each(Object.entries(carriers))('%s', (_, [url, headers]) => {
    expect(of(url, headers)).toEqual(explicit);
  });
});

it('what a browser sends by itself is ambient', () => {
  const headers = { authorization: basic(`:${T}`), origin: 'https://a.example' };
  expect(of('/ws', headers)).toEqual({ kind: 'token', token: T, isAmbient: true });
  expect(of('/ws', { cookie: 'a=b; fw_8080=x; fw_8081=y; fw_8080=z' })).toEqual({
    kind: 'cookies',
    values: ['x', 'z'],
  });
});

it('there may be none', () => {
  const none: [string, IncomingHttpHeaders][] = [
    ['/', {}],
    ['/?token=', {}],
    ['/?tokens=x', {}],
    ['/', { authorization: 'Digest username="x"' }],
    ['/', { authorization: 'Bearer' }],
    ['/', { authorization: basic(':') }],
    ['/ws', { 'sec-websocket-protocol': 'framewire.v1' }],
    ['/', { cookie: 'fw_80=x' }],
  ];
  expect(none.map(([url, headers]) => of(url, headers).kind)).toEqual(none.map(() => 'none'));
});

it('two in one address are refused', () => {
  expect(() => of(`/?token=${T}&token=x`)).toThrow(expect.objectContaining({ code: 'bad-request', status: 400 }));
});

it('nothing that a stranger writes is more than text', () => {
  const random = seeded(17);
  const text = () => String.fromCharCode(...Array.from({ length: 40 }, () => 32 + Math.floor(random() * 224)));
  for (let i = 0; i < 2000; i += 1) {
    const headers = { authorization: `${i % 2 === 0 ? 'Basic ' : 'Bearer '}${text()}`, cookie: text() };
    const found = of(`/?${text()}`, headers);
    expect(['none', 'token', 'cookies']).toContain(found.kind);
  }
});
