import { describe, expect, it } from 'vitest';
import { sentQueue, tablesOf, unreadBetween } from '../../../../server/src/transport/kernel/socket-table.js';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const REST = ' 00:00000000 00000000     0        0 2067461 1 0000000070659793 20 4 30 10 -1\n';

/** Listening, the server's end, a connection that is over, the reader's end. */
const TABLE = `${HEAD}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000${REST}   1: 0100007F:1F90 0100007F:C350 01 00020000:00000000${REST} 102: 0100007F:C351 0100007F:1F90 06 00000000:00000005${REST}  17: 0100007F:C350 0100007F:1F90 01 00000000:0001E240${REST}`;

const SERVER = { address: '127.0.0.1', port: 8080 };
const reader = (port: number) => ({ address: '127.0.0.1', port });

describe("the kernel's tables of sockets", () => {
  it('tell what has not been sent, and what was and lies unread', () => {
    expect(unreadBetween(TABLE, SERVER, reader(50_000))).toBe(123_456 + 131_072);
  });

  it('tell nothing of one segment that may only wait for its acknowledgement', () => {
    expect(unreadBetween(TABLE.replace('00020000', '00010000'), SERVER, reader(50_000))).toBe(123_456);
  });

  it('tell nothing of connections that are not there, or not any more', () => {
    expect(unreadBetween(TABLE, SERVER, reader(50_001))).toBeUndefined();
    expect(unreadBetween(TABLE, SERVER, reader(50_002))).toBeUndefined();
    expect(unreadBetween('', SERVER, reader(50_000))).toBeUndefined();
  });

  it('tell all or nothing, wherever they are cut', () => {
    for (let length = 0; length < TABLE.length; length += 1) {
      expect([undefined, 123_456 + 131_072]).toContain(unreadBetween(TABLE.slice(0, length), SERVER, reader(50_000)));
    }
  });

  it('tell what the other host has not acknowledged, and the round trip by the time until it is sent again', () => {
    expect(sentQueue(TABLE, SERVER, reader(50_000))).toEqual({ unacknowledged: 131_072, rttMs: 0 });
    const far = TABLE.replaceAll(' 20 4 30 ', ' 27 4 30 ');
    expect(sentQueue(far, SERVER, reader(50_000))).toEqual({ unacknowledged: 131_072, rttMs: 70 });
    expect(sentQueue(TABLE, SERVER, reader(50_001))).toBeUndefined();
    for (let length = 0; length < TABLE.length; length += 1) {
      const queue = sentQueue(TABLE.slice(0, length), SERVER, reader(50_000));
      expect([undefined, JSON.stringify({ unacknowledged: 131_072, rttMs: 0 })]).toContain(
        queue && JSON.stringify(queue),
      );
    }
  });

  it('list a server on :: with IPv6, and who comes by IPv4 with IPv4', () => {
    const mapped = (port: number) => ({ address: '::ffff:127.0.0.1', port });
    const prefix = '0000000000000000FFFF0000';
    const own = `   0: ${prefix}0100007F:1F90 ${prefix}0100007F:C350 01 00010001:00000000${REST}`;
    const other = `   0: 0100007F:C350 0100007F:1F90 01 00000000:00000001${REST}`;
    expect(unreadBetween(own + other, mapped(8080), mapped(50_000))).toBe(65_538);
    expect([...tablesOf(mapped(8080), mapped(50_000))]).toEqual(['/proc/net/tcp6', '/proc/net/tcp']);
    expect([...tablesOf(SERVER, reader(50_000))]).toEqual(['/proc/net/tcp']);
    expect([...tablesOf({ address: '::1', port: 8080 }, { address: '::1', port: 50_000 })]).toEqual(['/proc/net/tcp6']);
  });

  it.each([
    ['::1', '00000000000000000000000001000000'],
    ['fe80::1:2%eth0', '000080FE000000000000000002000100'],
    ['2001:db8:1:2:3:4:5:6', 'B80D0120020001000400030006000500'],
  ])('list %s as %s', (address, address32) => {
    const row = `   0: ${address32}:C350 ${address32}:1F90 01 00000000:0000000A${REST}`;
    expect(unreadBetween(row, { address, port: 8080 }, { address, port: 50_000 })).toBe(10);
  });
});
