import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../../server/src/errors.js';
import { StateFolder } from '../../../server/src/ops/state-folder.js';
import { selfMade } from '../../../server/src/tls/authority.js';
import { isDue, type Pair } from '../../../server/src/tls/certificate.js';
import { issueAuthority, issueLeaf, permits } from '../../../server/src/tls/issue.js';
import { namesOf, type CertificateNames } from '../../../server/src/tls/names.js';

const DAY_MS = 86_400_000;
const NOW = Date.now();
const NAMES = namesOf({ hostname: 'pi', addresses: ['192.168.77.5', 'fd00::5'] }, []);

const dns = (...hosts: string[]): CertificateNames => ({ hosts, addresses: [] });
const ip = (...addresses: string[]): CertificateNames => ({ hosts: [], addresses });

/** What a client that trusts this authority says of a server that is called so; undefined: nothing. */
async function verdict(ca: string, pair: Pair, called: string): Promise<string | undefined> {
  const server = createServer({ ...pair }, socket => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const isName = /[g-z]/.test(called);
  // Names are compared below, so that one that was signed in spite of the authority is refused for that.
  const named = { ...(isName && { servername: called }), checkServerIdentity: () => undefined };
  const socket = connect({ port, host: '127.0.0.1', ca, ...named });
  const wrong = await once(socket, 'secureConnect').then(() => undefined, messageOf);
  const certificate = new X509Certificate(pair.cert);
  const isNamed = isName ? certificate.checkHost(called) : certificate.checkIP(called);
  socket.destroy();
  server.close();
  await once(server, 'close');
  return wrong ?? (isNamed === undefined ? 'another name' : undefined);
}

describe('an authority of this machine', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const leafKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const leafPem = leafKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const authority = issueAuthority(key, 'Framewire on pi', NAMES, NOW);
  const leaf = (names: CertificateNames): Pair => ({
    cert: issueLeaf({ certificate: authority, key }, leafKey, names, NOW),
    key: leafPem,
  });

  it.each(['localhost', 'pi', 'pi.local', '127.0.0.1', '192.168.77.5', '::1', 'fd00::5'])(
    'makes a certificate that clients accept for %s',
    async called => {
      expect(await verdict(authority, leaf(NAMES), called)).toBeUndefined();
    },
  );

  it.each([
    ['a bank', dns('bank.example')],
    ['a name that only ends alike', dns('notlocal')],
    ['an address on the internet', ip('203.0.113.7')],
    ['an address on the internet, IPv6', ip('2001:db8::1')],
    ['a bank beside the machine', dns('localhost', 'bank.example')],
  ])('cannot speak for %s: clients that trust it refuse that', async (_, names) => {
    const [called = ''] = [...names.hosts, ...names.addresses];
    expect(await verdict(authority, leaf(names), called)).toBe('permitted subtree violation');
    expect(permits(authority, names)).toBe(false);
  });

  it('speaks for what its owner names, and for nothing near it', async () => {
    const names = namesOf({ hostname: 'pi', addresses: [] }, ['cameras.example.org', '203.0.113.7', '2001:db8::7']);
    const own = issueAuthority(key, 'Framewire on pi', names, NOW);
    expect(permits(own, names)).toBe(true);
    expect(permits(own, dns('example.org'))).toBe(false);
    expect(permits(own, ip('203.0.113.8'))).toBe(false);
    const pair = { cert: issueLeaf({ certificate: own, key }, leafKey, names, NOW), key: leafPem };
    expect(await verdict(own, pair, 'cameras.example.org')).toBeUndefined();
    expect(await verdict(own, pair, '203.0.113.7')).toBeUndefined();
    expect(await verdict(own, pair, 'pi.local')).toBeUndefined();
  });

  it('makes certificates that Apple takes: 825 days at most, for servers only', () => {
    const certificate = new X509Certificate(leaf(NAMES).cert);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY_MS;
    expect(days).toBeGreaterThan(800);
    expect(days).toBeLessThanOrEqual(825);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(new X509Certificate(authority).ca).toBe(true);
  });

  it('makes none that is valid for longer than itself', () => {
    const late = NOW + 3600 * DAY_MS;
    const cert = issueLeaf({ certificate: authority, key }, leafKey, NAMES, late);
    expect(new X509Certificate(cert).validTo).toBe(new X509Certificate(authority).validTo);
  });
});

describe('a certificate is due', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const certificate = new X509Certificate(
    issueLeaf({ certificate: issueAuthority(key, 'CA', NAMES, NOW), key }, key, NAMES, NOW),
  );

  it.each([
    ['on its first day', NAMES, 0, false],
    ['31 days before its end', NAMES, 789, false],
    ['29 days before its end', NAMES, 791, true],
    ['after its end', NAMES, 900, true],
    ['where the clock says a time before it', NAMES, -2, true],
    ['when an address is gone', ip('127.0.0.1'), 0, false],
    ['when there is a new address', ip('127.0.0.1', '192.168.77.6'), 0, true],
    ['when there is a new name', dns('localhost', 'cameras.example.org'), 0, true],
  ])('%s', (_, names, days, due) => {
    expect(isDue(certificate, names, NOW + days * DAY_MS)).toBe(due);
  });
});

describe('what is kept of it', () => {
  let folder: string;
  let state: StateFolder;
  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'framewire-')), 'state');
    state = new StateFolder(folder);
  });
  afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

  const publicKey = ({ cert }: Pair) => new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'pem' });

  it('is the same at the next start, and nobody else can read it', async () => {
    const first = await selfMade(state, NAMES, NOW);
    expect(first.replacedAuthority).toBe(false);
    expect(await selfMade(state, NAMES, NOW + DAY_MS)).toEqual(first);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).toSorted()).toEqual(['ca.crt', 'ca.key', 'leaf.crt', 'leaf.key']);
    expect(readdirSync(folder).map(name => statSync(path.join(folder, name)).mode & 0o777)).toEqual([
      0o600, 0o600, 0o600, 0o600,
    ]);
  });

  it('is the authority and the key where an address or the time wants another certificate', async () => {
    const first = await selfMade(state, NAMES, NOW);
    const moved = await selfMade(state, namesOf({ hostname: 'pi', addresses: ['192.168.77.6'] }, []), NOW);
    const later = await selfMade(state, NAMES, NOW + 800 * DAY_MS);
    for (const next of [moved, later]) {
      expect(next.pair.cert).not.toBe(first.pair.cert);
      expect(next.authority).toBe(first.authority);
      expect(next.replacedAuthority).toBe(false);
      expect(publicKey(next.pair)).toEqual(publicKey(first.pair));
    }
    expect(await verdict(first.authority, moved.pair, '192.168.77.6')).toBeUndefined();
  });

  it.each([
    ['has ended', NAMES, 3640],
    ['may not speak for a new name', namesOf({ hostname: 'pi', addresses: [] }, ['cameras.example.org']), 0],
  ])('is replaced when the authority %s, and that is said', async (_, names, days) => {
    const first = await selfMade(state, NAMES, NOW);
    const next = await selfMade(state, names, NOW + days * DAY_MS);
    expect(next.replacedAuthority).toBe(true);
    expect(next.authority).not.toBe(first.authority);
    expect(await selfMade(state, names, NOW + days * DAY_MS)).toEqual({ ...next, replacedAuthority: false });
  });

  it.each(['ca.crt', 'leaf.crt', 'leaf.key'])('is made again where %s is damaged', async name => {
    const first = await selfMade(state, NAMES, NOW);
    state.write(name, (state.read(name) ?? '').slice(0, 60));
    const next = await selfMade(state, NAMES, NOW);
    expect(await verdict(next.authority, next.pair, 'localhost')).toBeUndefined();
    expect(createPrivateKey(next.pair.key).asymmetricKeyType).toBe('ec');
    expect(next.replacedAuthority).toBe(name.startsWith('ca'));
    expect(next.authority === first.authority).toBe(!name.startsWith('ca'));
    expect(await selfMade(state, NAMES, NOW)).toEqual({ ...next, replacedAuthority: false });
  });

  it("outlives the loss of the authority's key until another certificate is needed", async () => {
    const first = await selfMade(state, NAMES, NOW);
    state.write('ca.key', 'nonsense');
    expect(await selfMade(state, NAMES, NOW)).toEqual(first);
    const next = await selfMade(state, NAMES, NOW + 800 * DAY_MS);
    expect(next.replacedAuthority).toBe(true);
    expect(next.authority).not.toBe(first.authority);
  });
});
