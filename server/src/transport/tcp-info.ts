import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What Linux knows of one connection now. */
export interface TcpFigures {
  /**
   * Bytes that the other host has acknowledged since the connection began. Its kernel has them; whether its program
   * has read them, only that program knows.
   */
  readonly ackedBytes: number;
  /** The shortest round trip of the last minutes, ms. */
  readonly minRttMs: number;
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
/** An older kernel fills in less than what is asked of it here, and is left alone: Linux 4.6 was the first to have all. */
const INFO_BYTES = 152;

const info = Buffer.alloc(INFO_BYTES);
const length = Buffer.alloc(4);

// oxlint-disable-next-line max-params -- POSIX has five.
type GetSockOpt = (fd: number, level: number, option: number, value: Buffer, length: Buffer) => number;

/**
 * libc's getsockopt through koffi, which is optional: undefined without it and on other systems than Linux.
 *
 * TCP_NOTSENT_LOWAT, its neighbour, is not set: it makes the kernel take less at a time, but by then Node has the rest
 * of the frame, and cannot give it back either. What helps is to send a frame only when there is room for it on the way.
 */
const getsockopt = await loadGetSockOpt();

async function loadGetSockOpt(): Promise<GetSockOpt | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    return koffi.load(null).func('int getsockopt(int, int, int, void *, void *)');
  } catch {
    return undefined;
  }
}

/** @returns undefined where the kernel's figures cannot be had, or do not count the bytes that were written: TLS. */
export function openTcpInfo(socket: Socket): TcpInfo | undefined {
  if (getsockopt === undefined || socket instanceof TLSSocket) return undefined;
  const tcpInfo = { read: () => readFigures(socket) };
  return tcpInfo.read() === undefined ? undefined : tcpInfo;
}

function readFigures(socket: Socket): TcpFigures | undefined {
  const fd = fdOf(socket);
  if (fd < 0 || getsockopt === undefined) return undefined;
  length.writeUInt32LE(INFO_BYTES);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length) !== 0) return undefined;
  if (length.readUInt32LE() < INFO_BYTES) return undefined;
  return {
    ackedBytes: Number(info.readBigUInt64LE(BYTES_ACKED)),
    minRttMs: info.readUInt32LE(MIN_RTT_US) / 1000,
  };
}

/** Node has no public way to a socket's file descriptor. -1 when it is closed. */
function fdOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return -1;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' ? fd : -1;
}
