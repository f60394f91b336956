import { expect, it } from 'vitest';
import { reachOf } from '../../../../server/src/transport/listen/addresses.js';

it.each([
  ['localhost', ['127.0.0.1', '::1'], ['http://127.0.0.1:80/', 'http://[::1]:80/'], []],
  ['127.0.0.1', ['127.0.0.1'], ['http://127.0.0.1:80/'], []],
  ['::1', ['::1'], ['http://[::1]:80/'], []],
  ['10.0.0.5', ['10.0.0.5'], [], ['http://10.0.0.5:80/']],
  ['fd00::5', ['fd00::5'], [], ['http://[fd00::5]:80/']],
  ['robot.lan', ['10.0.0.5'], [], ['http://robot.lan:80/']],
  // Debian lets a machine's own name stand for itself.
  ['robot', ['127.0.1.1'], ['http://robot:80/'], []],
])('--host %s, bound to %j, is reached by %j and from outside by %j', (host, bound, local, network) => {
  expect(reachOf(host, bound, 80)).toEqual({ local, network, isOpen: network.length > 0 });
});

it('is reached by https where it speaks TLS', () => {
  expect(reachOf('localhost', ['127.0.0.1'], 443, 'https').local).toEqual(['https://127.0.0.1:443/']);
});

it.each(['::', '0.0.0.0'])('--host %s is open to others, also before there is a network', host => {
  expect(reachOf(host, [host], 80)).toMatchObject({ local: ['http://127.0.0.1:80/'], isOpen: true });
});
