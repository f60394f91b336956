import { X509Certificate } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { FramewireError, messageOf } from '../errors.js';
import type { StateFolder } from '../ops/state-folder.js';
import { selfMade } from './authority.js';
import type { Pair } from './certificate.js';
import { CertificateFiles } from './certificate-files.js';
import { namesOf } from './names.js';

/** Where the server's certificate comes from. */
export type TlsConfig =
  /** An authority of this machine; `names` are further names and addresses of the server. */
  | { readonly kind: 'self-made'; readonly names: readonly string[] }
  /** Paths of PEM files. */
  | { readonly kind: 'files'; readonly cert: string; readonly key: string };

/** Addresses change and certificates are renewed by others; both may wait so long, ms. */
const LOOK_MS = 60_000;

interface Shown {
  readonly pair: Pair;
  /** Of the authority of this machine, PEM; undefined where the certificate is another's. */
  readonly authority: string | undefined;
}

/** The certificate that the server shows now. It follows its files, or this machine's addresses and the time. */
export class Certificates {
  readonly #find: (isAsked: boolean) => Promise<Shown | undefined>;
  readonly #tell: (sentence: string) => void;
  readonly #listeners = new Set<(pair: Pair) => void>();
  readonly #timer: NodeJS.Timeout;
  #shown: Shown;
  #looking: Promise<void> = Promise.resolve();

  /**
   * @param tell gets sentences for the operator.
   * @throws FramewireError certificate-unusable or state-unusable
   */
  static async open(config: TlsConfig, folder: StateFolder, tell: (sentence: string) => void): Promise<Certificates> {
    const find = config.kind === 'files' ? ofFiles(config, tell) : ofThisMachine(config, folder, tell);
    const shown = await find(true);
    if (shown === undefined) throw new Error('There is no certificate.');
    return new Certificates(find, shown, tell);
  }

  private constructor(
    find: (isAsked: boolean) => Promise<Shown | undefined>,
    shown: Shown,
    tell: (sentence: string) => void,
  ) {
    this.#find = find;
    this.#shown = shown;
    this.#tell = tell;
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  get pair(): Pair {
    return this.#shown.pair;
  }

  /** The certificate of this machine's authority, PEM; undefined where the server's is another's. */
  get authority(): string | undefined {
    return this.#shown.authority;
  }

  /** SHA-256 of what a device is to trust: `3A:7F:...`. */
  get fingerprint(): string {
    return new X509Certificate(this.#shown.authority ?? this.#shown.pair.cert).fingerprint256;
  }

  /** When the certificate that is shown ends, ms since 1970. */
  get expiresAt(): number {
    return Date.parse(new X509Certificate(this.#shown.pair.cert).validTo);
  }

  /** @param listener is called with each new pair. */
  onChange(listener: (pair: Pair) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Looks whether there is another certificate, and shows it from then on. Where it cannot be used the old one stays, and
   * the operator is told why.
   *
   * @param isAsked somebody says that there is another one; else it is looked whether the files have changed.
   */
  look(isAsked = false): Promise<void> {
    // One after the other: two would write the same files.
    return (this.#looking = this.#looking.then(() => this.#look(isAsked)));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  async #look(isAsked: boolean): Promise<void> {
    try {
      const found = await this.#find(isAsked);
      if (found === undefined || found.pair.cert === this.#shown.pair.cert) return;
      this.#shown = found;
      for (const listener of this.#listeners) listener(found.pair);
      this.#tell(`A new certificate is shown, SHA-256 ${new X509Certificate(found.pair.cert).fingerprint256}.`);
    } catch (error) {
      // Whatever it is, also a lack of memory or files: what there is goes on to serve.
      const hint = error instanceof FramewireError ? error.hint : '';
      this.#tell(`The old certificate is kept. ${messageOf(error)} ${hint}`.trimEnd());
    }
  }
}

function ofFiles({ cert, key }: TlsConfig & { kind: 'files' }, tell: (sentence: string) => void) {
  const files = new CertificateFiles({ cert, key }, tell);
  return async (isAsked: boolean): Promise<Shown | undefined> => {
    const pair = files.read(isAsked);
    return pair && { pair, authority: undefined };
  };
}

function ofThisMachine(
  { names: given }: TlsConfig & { kind: 'self-made' },
  folder: StateFolder,
  tell: (sentence: string) => void,
) {
  return async (): Promise<Shown> => {
    const addresses = Object.values(networkInterfaces()).flatMap(found => (found ?? []).map(({ address }) => address));
    const names = namesOf({ hostname: hostname(), addresses }, given);
    const { pair, authority, replacedAuthority } = await selfMade(folder, names, Date.now());
    if (replacedAuthority) {
      tell(
        'There is a new certificate authority: devices that trusted the old one have to trust it as well, see /trust.',
      );
    }
    return { pair, authority };
  };
}
