import { describe, expect, it } from 'vitest';
import { mayWatch } from '../../../server/src/transport/origins.js';

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
