import { networkOf } from '../../access/client-address.js';
import { tooFewFiles } from './open-files.js';

/** As Node spells them; IPv4 comes within IPv6 where both are listened on. */
const THIS_MACHINE = /^(::ffff:)?127\.|^::1$/;

/** Beyond what viewers need: pages, snapshots, and whoever is told that there is no room. */
const OTHERS = 100;

/** What the program opens itself once it runs: sockets that listen, the frames' memory, and for a moment files of libraries. */
const OWN_FILES = 10;

/** Pipes between the server and one engine. */
const FILES_FOR_ENGINE = 4;

/** An engine that starts needs its ends of the pipes, and two for the start itself, for a moment. */
const FILES_FOR_START = 6;

/** Connections at the limit that are only told so. */
export const MOST_REFUSED = 8;

/**
 * @param freeFiles that this process may still open before anybody has come; Infinity when that is not known.
 * @returns how many connections may be open at the same time.
 * @throws FramewireError too-few-files when there is no room for any.
 */
export function mostConnections(maxViewers: number, freeFiles: number, streams: number): number {
  const room = freeFiles - OWN_FILES - FILES_FOR_ENGINE * streams - FILES_FOR_START - MOST_REFUSED;
  if (room < 1) throw tooFewFiles();
  return Math.min(maxViewers + OTHERS, room);
}

export type Admission = 'admitted' | 'server-full' | 'address-full';

/**
 * Counts connections. One address may have half of them, so that no single machine keeps all others out; many people
 * behind one router share that half. This machine's own address may have all: it is what a proxy in front comes from.
 */
export class ConnectionLimits {
  readonly #most: number;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  /** @param most at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Call `leave` for each that was admitted. */
  admit(address: string): Admission {
    const key = networkOf(address);
    const ofAddress = this.#byAddress.get(key) ?? 0;
    if (this.#count >= this.#most) return 'server-full';
    if (!THIS_MACHINE.test(address) && ofAddress >= Math.ceil(this.#most / 2)) return 'address-full';
    this.#byAddress.set(key, ofAddress + 1);
    this.#count += 1;
    return 'admitted';
  }

  leave(address: string): void {
    const key = networkOf(address);
    const left = (this.#byAddress.get(key) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(key, left);
    else this.#byAddress.delete(key);
    this.#count -= 1;
  }
}
