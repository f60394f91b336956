import { describe, expect, it } from 'vitest';
import { isHostName, namesOf } from '../../../server/src/tls/names.js';

describe('the names of a certificate', () => {
  it('are those of this machine, its own addresses, and what its owner adds', () => {
    const addresses = ['127.0.0.1', '::1', '192.168.178.23', 'fe80::1', 'fd00::23', '10.1.2.3'];
    expect(namesOf({ hostname: 'RaspberryPi', addresses }, ['Cameras.Example.org', '203.0.113.7'])).toEqual({
      hosts: ['localhost', 'raspberrypi', 'raspberrypi.local', 'cameras.example.org'],
      addresses: ['127.0.0.1', '::1', '192.168.178.23', 'fd00::23', '10.1.2.3', '203.0.113.7'],
    });
  });

  it.each([
    ['a full name', 'pi.home.lan', ['localhost', 'pi.home.lan', 'pi.local']],
    ['localhost itself', 'localhost', ['localhost', 'localhost.local']],
    ['one that DNS does not have', 'my_pi', ['localhost']],
    ['none', '', ['localhost']],
  ])('of a machine with %s', (_, hostname, hosts) => {
    expect(namesOf({ hostname, addresses: [] }, []).hosts).toEqual(hosts);
  });

  it.each(['2001:db8::23', '203.0.113.7', '100.64.0.1', '172.32.0.1', 'fe80::1', 'febf::1', 'nonsense'])(
    'leave out %s, which may be somebody else tomorrow',
    address => {
      expect(namesOf({ hostname: 'pi', addresses: [address] }, []).addresses).toEqual(['127.0.0.1', '::1']);
    },
  );

  it.each([
    ['cameras.example.org', true],
    ['pi', true],
    ['*.example.org', false],
    ['192.168.1.2', false],
    ['::1', false],
    ['a..b', false],
    ['-pi', false],
    ['pi.', false],
    [`${'a'.repeat(64)}.org`, false],
    ['https://pi', false],
    ['', false],
  ])('take "%s" for a name of a host: %s', (text, isOne) => {
    expect(isHostName(text)).toBe(isOne);
  });
});
