import { describe, expect, it } from 'vitest';
import { receiveQueue, tableOf } from '../../../../server/src/transport/kernel/socket-table.js';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const REST = ' 00:00000000 00000000     0        0 2067461 1 0000000070659793 20 4 30 10 -1\n';

/** Listening, the server's end, a connection that is over, the reader's end. */
const TABLE = `${HEAD}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000${REST}   1: 0100007F:1F90 0100007F:C350 01 00000010:00000000${REST} 102: 0100007F:C351 0100007F:1F90 06 00000000:00000005${REST}  17: 0100007F:C350 0100007F:1F90 01 00000000:0001E240${REST}`;

const SERVER = { address: '127.0.0.1', port: 8080 };
const reader = (port: number, address = '127.0.0.1') => ({ address, port });

describe("the kernel's table of sockets", () => {
  it('tells what lies unread at one end of a connection', () => {
    expect(receiveQueue(TABLE, reader(50_000), SERVER)).toBe(123_456);
    expect(receiveQueue(TABLE, SERVER, reader(50_000))).toBe(0);
  });

  it('tells nothing of connections that are not there, or not any more', () => {
    expect(receiveQueue(TABLE, reader(50_001), SERVER)).toBeUndefined();
    expect(receiveQueue(TABLE, reader(50_002), SERVER)).toBeUndefined();
    expect(receiveQueue('', reader(50_000), SERVER)).toBeUndefined();
  });

  it('tells all or nothing, wherever it is cut', () => {
    for (let length = 0; length < TABLE.length; length += 1) {
      expect([undefined, 123_456]).toContain(receiveQueue(TABLE.slice(0, length), reader(50_000), SERVER));
    }
  });

  it('lists IPv4 within IPv6 as IPv4', () => {
    const mapped = { address: '::ffff:127.0.0.1', port: 8080 };
    expect(receiveQueue(TABLE, reader(50_000, '::ffff:127.0.0.1'), mapped)).toBe(123_456);
    expect(tableOf('::ffff:127.0.0.1')).toBe('/proc/net/tcp');
    expect(tableOf('127.0.0.1')).toBe('/proc/net/tcp');
    expect(tableOf('::1')).toBe('/proc/net/tcp6');
  });

  it.each([
    ['::1', '00000000000000000000000001000000'],
    ['fe80::1:2%eth0', '000080FE000000000000000002000100'],
    ['2001:db8:1:2:3:4:5:6', 'B80D0120020001000400030006000500'],
  ])('lists %s as %s', (address, hex) => {
    const row = `   0: ${hex}:C350 ${hex}:1F90 01 00000000:0000000A${REST}`;
    expect(receiveQueue(row, { address, port: 50_000 }, { address, port: 8080 })).toBe(10);
  });
});
