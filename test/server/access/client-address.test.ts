import type { IncomingHttpHeaders } from 'node:http';
import { expect, it } from 'vitest';
import { clientAddress } from '../../../server/src/access/client-address.js';

it.each<[string | undefined, IncomingHttpHeaders, string]>([
  ['192.168.1.7', {}, '192.168.1.7'],
  ['::ffff:192.168.1.7', {}, '192.168.1.7'],
  ['fe80::1', {}, 'fe80::1'],
  [undefined, {}, 'somebody'],
  // A proxy on this machine.
  ['127.0.0.1', { 'x-forwarded-for': '192.168.1.7' }, '192.168.1.7'],
  ['::ffff:127.0.0.1', { 'x-forwarded-for': '6.6.6.6, 192.168.1.7' }, '192.168.1.7'],
  ['::1', { 'x-forwarded-for': 'fd00::7' }, 'fd00::7'],
  ['127.0.0.1', { 'x-forwarded-for': 'no address\n' }, '127.0.0.1'],
  // Anybody else may write what they like.
  ['192.168.1.7', { 'x-forwarded-for': '6.6.6.6' }, '192.168.1.7'],
])('a request from %s with %j is called %s', (remoteAddress, headers, address) => {
  expect(clientAddress({ socket: { remoteAddress }, headers })).toBe(address);
});
