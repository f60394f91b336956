import { describe, expect, it } from 'vitest';
import { isForThisMachineOnly, mayBeCalled, mayWatch } from '../../../server/src/access/origins.js';

describe('who may watch', () => {
  it.each([
    ['a script, which has no origin', undefined, 'localhost:8080', { allowed: [], may: true }],
    ['a page of this server', 'http://localhost:8080', 'localhost:8080', { allowed: [], may: true }],
    ['a page of this server by IPv6', 'http://[::1]:8080', '[::1]:8080', { allowed: [], may: true }],
    ['a page of this server behind TLS', 'https://cam.example', 'cam.example', { allowed: [], may: true }],
    ['a page of this machine on another port', 'http://localhost:3000', 'localhost:8080', { allowed: [], may: false }],
    ['a page of another site', 'https://elsewhere.example', 'localhost:8080', { allowed: [], may: false }],
    [
      'a page of a site that only begins alike',
      'http://localhost:8080.elsewhere.example',
      'localhost:8080',
      { allowed: [], may: false },
    ],
    ['a page without a site, as in a sandbox', 'null', 'localhost:8080', { allowed: [], may: false }],
    ['nonsense', 'http://', 'localhost:8080', { allowed: [], may: false }],
    ['a page where no host was asked for', 'http://localhost:8080', undefined, { allowed: [], may: false }],
    [
      'a page of a site that is allowed',
      'https://a.example',
      'localhost:8080',
      { allowed: ['https://a.example'], may: true },
    ],
    ['that site without TLS', 'http://a.example', 'localhost:8080', { allowed: ['https://a.example'], may: false }],
    ['any page where all are allowed', 'https://elsewhere.example', 'localhost:8080', { allowed: ['*'], may: true }],
  ])('%s', (_, origin, host, { allowed, may }) => {
    expect(mayWatch(origin, host, allowed)).toBe(may);
  });
});

describe('what a server of one machine may be called', () => {
  it.each([
    ['nothing, as by scripts of old', undefined, true],
    ['localhost', 'localhost', true],
    ['localhost, on a port and in capitals', 'LocalHost:8080', true],
    ['a name below localhost', 'gate.localhost:8080', true],
    ['localhost as an absolute name', 'localhost.:8080', true],
    ['an address', '127.0.0.1:8080', true],
    ['an IPv6 address', '[::1]:8080', true],
    ['the address of another machine: nobody else can be reached by it', '192.0.2.7', true],
    ['a name that it listens on', 'robot:8080', true],
    ['the name of a site that is allowed, on any port', 'cam.example:8443', true],
    ['the name of another site', 'elsewhere.example:8080', false],
    ['a name that only begins alike', 'localhost.elsewhere.example', false],
    ['a name that only ends alike', 'evil-localhost', false],
    ['an address and more', '127.0.0.1.elsewhere.example', false],
    ['nonsense', 'a b', false],
    ['nothing at all', '', false],
  ])('%s', (_, name, may) => {
    expect(mayBeCalled(name, { host: 'robot', allowedOrigins: ['https://cam.example'] })).toBe(may);
  });

  it('anything, where all pages are allowed', () => {
    expect(mayBeCalled('elsewhere.example', { host: 'localhost', allowedOrigins: ['*'] })).toBe(true);
  });
});

describe('a server is for this machine only', () => {
  it.each([
    ['by default', 'localhost', '127.0.0.1', true],
    ['by default on IPv6', 'localhost', '::1', true],
    ['on any other address that begins with 127', '127.0.0.2', '127.0.0.2', true],
    ['by a name that stands for such an address, as Debian gives to a machine', 'robot', '127.0.1.1', true],
    ['on such an address in IPv6', '::ffff:127.0.0.1', '::ffff:127.0.0.1', true],
    ['not on an address of the network', '192.0.2.7', '192.0.2.7', false],
    [
      'not on all addresses, even for who comes from this machine: that may be a proxy',
      '::',
      '::ffff:127.0.0.1',
      false,
    ],
    ['not on all addresses of IPv4', '0.0.0.0', '127.0.0.1', false],
    ['not where there is no connection any more', 'localhost', undefined, false],
  ])('%s', (_, host, localAddress, is) => {
    expect(isForThisMachineOnly(host, localAddress)).toBe(is);
  });
});
