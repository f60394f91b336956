import { readFileSync, statSync } from 'node:fs';
import { FramewireError, messageOf } from '../errors.js';
import { checkPair, type Pair } from './certificate.js';

/** A certificate and its key in files that somebody else writes, as certbot does. */
export class CertificateFiles {
  readonly #paths: Pair;
  readonly #tell: (sentence: string) => void;
  #seen = '';

  /** @param tell gets what is wrong with a certificate that is used all the same. */
  constructor(paths: Pair, tell: (sentence: string) => void) {
    this.#paths = paths;
    this.#tell = tell;
  }

  /**
   * @param isAsked false: only if the files have changed since the last time, whatever came of that.
   * @throws FramewireError certificate-unusable
   */
  read(isAsked: boolean): Pair | undefined {
    const seen = `${lookOf(this.#paths.cert)} ${lookOf(this.#paths.key)}`;
    if (seen === this.#seen && !isAsked) return undefined;
    this.#seen = seen;
    const pair = { cert: textOf(this.#paths.cert), key: textOf(this.#paths.key) };
    const { validTo } = checkPair(pair, this.#paths);
    if (Date.parse(validTo) < Date.now()) this.#tell(`The certificate in ${this.#paths.cert} ended on ${validTo}.`);
    return pair;
  }
}

/** Changes with the file that the path leads to: certbot's are links to the newest. */
function lookOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    // Reading it says why.
    return 'none';
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const hint = 'Check the path, and that this user may read it.';
    throw new FramewireError('certificate-unusable', `${file} cannot be read: ${messageOf(cause)}.`, hint, { cause });
  }
}
