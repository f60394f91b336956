import type { Socket } from 'node:net';
import { fdOf, libc } from './libc.js';
import { rawSocketOf } from './raw-socket.js';

/** What Linux knows of one connection now. */
export interface TcpFigures {
  /**
   * Bytes that the other host has acknowledged since the connection began. Its kernel has them; whether its program
   * has read them, only that program knows.
   */
  readonly ackedBytes: number;
  /** The shortest round trip of the last minutes, ms. */
  readonly minRttMs: number;
  /** Bytes that the other host said it has room for in its last acknowledgement; undefined before Linux 5.4. */
  readonly windowBytes: number | undefined;
}

export interface TcpInfo {
  /** @returns undefined once the socket is closed. Takes 2 us. */
  read(): TcpFigures | undefined;
}

const IPPROTO_TCP = 6;
const TCP_INFO = 11;

/** Offsets in `struct tcp_info` of linux/tcp.h, which only ever grows at its end; little-endian, as Node's platforms. */
const BYTES_ACKED = 120;
const MIN_RTT_US = 148;
const SND_WND = 228;
/** An older kernel fills in less than what is asked of it, and one that has not even this is left alone: before Linux 4.6. */
const LEAST_BYTES = 152;
const INFO_BYTES = 232;

const info = Buffer.alloc(INFO_BYTES);
const length = Buffer.alloc(4);

/**
 * TCP_NOTSENT_LOWAT, its neighbour, is not set: it makes the kernel take less at a time, but by then Node has the rest
 * of the frame, and cannot give it back either. What helps is to send a frame only when there is room for it on the way.
 *
 * @returns undefined where the kernel's figures cannot be had.
 */
export function openTcpInfo(socket: Socket): TcpInfo | undefined {
  if (libc.getsockopt === undefined) return undefined;
  const raw = rawSocketOf(socket);
  const tcpInfo = { read: () => readFigures(raw) };
  return tcpInfo.read() === undefined ? undefined : tcpInfo;
}

function readFigures(socket: Socket): TcpFigures | undefined {
  const fd = fdOf(socket);
  if (fd < 0) return undefined;
  length.writeUInt32LE(INFO_BYTES);
  if (libc.getsockopt?.(fd, IPPROTO_TCP, TCP_INFO, info, length) !== 0) return undefined;
  const filled = length.readUInt32LE();
  if (filled < LEAST_BYTES) return undefined;
  return {
    ackedBytes: info.readUInt32LE(BYTES_ACKED) + 2 ** 32 * info.readUInt32LE(BYTES_ACKED + 4),
    minRttMs: info.readUInt32LE(MIN_RTT_US) / 1000,
    windowBytes: filled < INFO_BYTES ? undefined : info.readUInt32LE(SND_WND),
  };
}
