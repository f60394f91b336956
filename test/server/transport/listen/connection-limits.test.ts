import { describe, expect, it } from 'vitest';
import { ConnectionLimits, mostConnections } from '../../../../server/src/transport/listen/connection-limits.js';

function fill(limits: ConnectionLimits, address: string): number {
  let count = 0;
  while (limits.admit(address) === 'admitted') count += 1;
  return count;
}

describe('limits of connections', () => {
  it('leave half of the places to other addresses', () => {
    const limits = new ConnectionLimits(100);
    expect(fill(limits, '203.0.113.7')).toBe(50);
    expect(limits.admit('203.0.113.7')).toBe('address-full');
    expect(fill(limits, '203.0.113.8')).toBe(50);
    expect(limits.admit('203.0.113.9')).toBe('server-full');
    limits.leave('203.0.113.7');
    expect(limits.admit('203.0.113.9')).toBe('admitted');
    limits.leave('203.0.113.8');
    limits.leave('203.0.113.8');
    expect(limits.admit('203.0.113.7')).toBe('admitted');
    expect(limits.admit('203.0.113.7')).toBe('address-full');
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('give all to %s, which a proxy on this machine has', address => {
    expect(fill(new ConnectionLimits(10), address)).toBe(10);
  });

  it('count a network of IPv6 as one address, and one of IPv4 within IPv6 as itself', () => {
    const limits = new ConnectionLimits(4);
    expect([limits.admit('2001:db8::1'), limits.admit('2001:db8:0:0:aa::2')]).toEqual(['admitted', 'admitted']);
    expect(limits.admit('2001:db8::3')).toBe('address-full');
    expect(limits.admit('2001:db8:0:1::1')).toBe('admitted');
    expect(limits.admit('::ffff:192.0.2.1')).toBe('admitted');
  });

  it('is a little above the viewers, or what the open files allow', () => {
    expect(mostConnections(1000, Infinity, 1)).toBe(1100);
    expect(mostConnections(1000, 200, 2)).toBe(168);
    expect(mostConnections(1000, 29, 1)).toBe(1);
  });

  it('refuses to be none', () => {
    expect(() => mostConnections(1000, 28, 1)).toThrow('may open fewer files than');
  });
});
