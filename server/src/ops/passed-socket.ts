import { FramewireError } from '../errors.js';

/** The first descriptor that is handed over, sd_listen_fds(3). */
const FIRST = 3;

/**
 * What whoever started this process listens on for it, as systemd does for a service with a socket: the port may be one
 * below 1024, and connections wait while the service starts.
 *
 * @param environment loses the variables of the protocol: they are for this process, not for those that it starts.
 * @returns a descriptor; undefined when there is none for this process.
 * @throws FramewireError bad-config for more than one.
 */
export function passedSocket(environment: NodeJS.ProcessEnv, pid = process.pid): number | undefined {
  const { LISTEN_FDS: count = '0', LISTEN_PID: receiver } = environment;
  delete environment['LISTEN_FDS'];
  delete environment['LISTEN_PID'];
  delete environment['LISTEN_FDNAMES'];
  if (Number(receiver) !== pid || Number(count) === 0) return undefined;
  if (count === '1') return FIRST;
  throw new FramewireError(
    'bad-config',
    `Framewire takes one socket, and was handed ${count}.`,
    'One ListenStream will do.',
  );
}
