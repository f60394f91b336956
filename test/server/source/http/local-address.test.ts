import { describe, expect, it } from 'vitest';
import { isLocalAddress } from '../../../../server/src/source/http/local-address.js';

describe('an address', () => {
  it.each([
    ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '169.254.169.254', '::1', '::', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.1.1', '::127.0.0.1', '0:0:0:0:0:ffff:7f00:1'],
  ])('%s is local', address => {
    expect(isLocalAddress(address)).toBe(true);
  });

  it.each([
    '192.168.1.10',
    '10.0.0.1',
    '8.8.8.8',
    '128.0.0.1',
    'fd00::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    'gate',
    '',
  ])('%j is not', address => {
    expect(isLocalAddress(address)).toBe(false);
  });
});
