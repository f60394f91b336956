import { endianness } from 'node:os';
import type { Logger } from 'pino';
import { libcFunction } from '../libc-function.js';
import { machineClock, type Alarm, type Clock } from '../time/clock.js';

/** From Linux's headers: AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, MSG_DONTWAIT | MSG_NOSIGNAL, and bytes of `sun_path`. */
const AF_UNIX = 1;
const DATAGRAMS = 2 | 0x80000;
const AT_ONCE = 0x40 | 0x4000;
const PATH_BYTES = 108;

type Connect = (fd: number, address: Uint8Array, bytes: number) => number;
type Send = (fd: number, message: Uint8Array, bytes: number, flags: number) => number;

const socket: ((family: number, type: number, protocol: number) => number) | undefined =
  libcFunction('int socket(int, int, int)');
const connect: Connect | undefined = libcFunction('int connect(int, const void *, unsigned int)');
const send: Send | undefined = libcFunction('long send(int, const void *, size_t, int)');

/** Whoever started this process, as systemd, and wants to hear how it is. */
export interface ServiceManager {
  /** The server serves. From now on it is also told that the event loop turns, if it asked for that. */
  ready(): void;
  stopping(): void;
}

/** Sends a message; returns a sentence that says why it cannot. */
type Notify = (message: string) => string | undefined;

/**
 * The protocol of sd_notify(3) and sd_watchdog_enabled(3). What cannot be told is logged, once.
 *
 * @param environment loses the variables of the protocol: they are for this process, not for those that it starts.
 */
export function serviceManager(
  environment: NodeJS.ProcessEnv,
  log: Pick<Logger, 'warn'>,
  clock: Clock = machineClock,
  open: (name: string) => Notify = openSocket,
): ServiceManager {
  const { NOTIFY_SOCKET: name = '', WATCHDOG_USEC: timeout = '', WATCHDOG_PID: pid = '' } = environment;
  delete environment['NOTIFY_SOCKET'];
  delete environment['WATCHDOG_USEC'];
  delete environment['WATCHDOG_PID'];
  if (name === '') return { ready: () => undefined, stopping: () => undefined };

  // Half of what it waits for, as sd_watchdog_enabled(3) advises.
  const beatMs = pid === '' || Number(pid) === process.pid ? Number(timeout) / 1000 / 2 : 0;
  const notify = open(name);
  let hasFailed = false;
  let alarm: Alarm | undefined;
  const tell = (message: string) => {
    const failure = notify(message);
    if (failure === undefined || hasFailed) return;
    hasFailed = true;
    log.warn(failure);
  };
  const beatLater = () => {
    // A timer is late when the event loop stands still, and that is all a watchdog wants to know.
    alarm = clock.at(clock.now() + beatMs, () => {
      tell('WATCHDOG=1');
      beatLater();
    });
  };
  return {
    ready() {
      tell('READY=1');
      if (beatMs > 0) beatLater();
    },
    stopping() {
      alarm?.cancel();
      tell('STOPPING=1');
    },
  };
}

/**
 * Node has no datagrams on Unix sockets. The socket is open for as long as the process: a server that has no descriptor
 * left for a while is still alive. It does not wait for a receiver that is full, or frames would wait as well.
 */
function openSocket(name: string): Notify {
  if (socket === undefined || connect === undefined || send === undefined) {
    return () =>
      'systemd cannot be told how this server is, as koffi is missing: its unit needs Type=exec and no WatchdogSec.';
  }
  const failure = `systemd does not hear this server: ${name} takes no message.`;
  const address = socketAddress(name);
  const fd = socket(AF_UNIX, DATAGRAMS, 0);
  if (address === undefined || fd < 0 || connect(fd, address, address.length) !== 0) return () => failure;
  return message => {
    const bytes = Buffer.from(message);
    return send(fd, bytes, bytes.length, AT_ONCE) === bytes.length ? undefined : failure;
  };
}

/** @returns a `sockaddr_un` (unix(7)) for a path, or for a name in the abstract namespace, `@name`; undefined for others. */
export function socketAddress(name: string): Uint8Array | undefined {
  const isPath = name.startsWith('/');
  if (!isPath && !name.startsWith('@')) return undefined;
  const path = Buffer.from(isPath ? `${name}\0` : `\0${name.slice(1)}`);
  if (path.length > PATH_BYTES) return undefined;
  return Buffer.concat([Buffer.from(endianness() === 'LE' ? [AF_UNIX, 0] : [0, AF_UNIX]), path]);
}
