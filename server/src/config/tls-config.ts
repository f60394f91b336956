import path from 'node:path';
import { FramewireError } from '../errors.js';
import type { TlsConfig } from '../tls/certificates.js';
import type { ServerSettings } from './settings.js';

type TlsSettings = Pick<ServerSettings, 'tls' | 'tlsName' | 'tlsCert' | 'tlsKey'>;

interface Layers {
  readonly flags: TlsSettings;
  readonly environment: TlsSettings;
  readonly file: TlsSettings | undefined;
}

/**
 * Any of its settings means TLS, unless `tls` is false.
 *
 * @param folder that paths of the file start from.
 * @throws FramewireError bad-option
 */
export function tlsOf({ flags, environment, file }: Layers, folder: string | undefined): TlsConfig | undefined {
  const typed = { ...environment, ...withoutUndefined(flags) };
  const tls = typed.tls ?? file?.tls;
  const names = typed.tlsName ?? file?.tlsName ?? [];
  const cert = pathOf(typed.tlsCert, file?.tlsCert, folder);
  const key = pathOf(typed.tlsKey, file?.tlsKey, folder);
  if (tls === false) return undefined;
  if (cert === undefined && key === undefined) {
    return tls === true || names.length > 0 ? { kind: 'self-made', names } : undefined;
  }
  if (cert === undefined || key === undefined) {
    const lacking = cert === undefined ? '--tls-cert' : '--tls-key';
    throw new FramewireError('bad-option', '--tls-cert and --tls-key belong together.', `Add ${lacking} FILE.`);
  }
  if (names.length > 0) {
    const sentence = '--tls-name is for a certificate that Framewire makes, and --tls-cert names another.';
    throw new FramewireError('bad-option', sentence, 'Leave one out.');
  }
  return { kind: 'files', cert, key };
}

function pathOf(typed: string | undefined, written: string | undefined, folder = ''): string | undefined {
  if (typed !== undefined) return path.resolve(typed);
  return written === undefined ? undefined : path.resolve(folder, written);
}

function withoutUndefined(settings: TlsSettings): TlsSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
