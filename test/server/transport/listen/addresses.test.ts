import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { issueAuthority, issueLeaf } from '../../../../server/src/tls/issue.js';
import { namesOf } from '../../../../server/src/tls/names.js';
import { certifiedNames, reachOf } from '../../../../server/src/transport/listen/addresses.js';

/** A leaf of an authority of this machine's own. @param given by `--tls-name`. */
function certificateFor(hostname: string, addresses: string[], given: string[] = []): X509Certificate {
  const [authorityKey, key] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  if (authorityKey === undefined || key === undefined) throw new Error('There is no key.');
  const names = namesOf({ hostname, addresses }, given);
  const authority = issueAuthority(authorityKey, 'Authority of a test', names, Date.now());
  return new X509Certificate(issueLeaf({ certificate: authority, key: authorityKey }, key, names, Date.now()));
}

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
  expect(reachOf(host, bound, 80, undefined)).toEqual({ local, network, isOpen: network.length > 0 });
});

it('is reached by https where it speaks TLS', () => {
  const certificate = certificateFor('localhost', []);
  expect(reachOf('localhost', ['127.0.0.1'], 443, certificate).local).toEqual(['https://127.0.0.1:443/']);
});

it.each([
  ['addresses of a local network, not those that it may not speak for', ['192.168.1.5'], [], ['192.168.1.5']],
  ['a public address that was asked for', ['2001:db8::5', '192.168.1.5'], ['2001:db8::5'], undefined],
  ['names, where it is for no address', [], ['cameras.example.org'], ['cameras.example.org']],
  ['all addresses, where it is for none and has no name that others know', [], [], ['2001:db8::5', '192.168.1.5']],
])('with a certificate it is reached by %s', (_, covered, given, expected) => {
  const all = ['2001:db8::5', '192.168.1.5'];
  expect(certifiedNames(all, certificateFor('robot', covered, given))).toEqual(expected ?? all);
  expect(certifiedNames(all, undefined)).toEqual(all);
});

it.each(['::', '0.0.0.0'])('--host %s is open to others, also before there is a network', host => {
  expect(reachOf(host, [host], 80, undefined)).toMatchObject({ local: ['http://127.0.0.1:80/'], isOpen: true });
});
