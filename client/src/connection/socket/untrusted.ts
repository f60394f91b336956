import type { ClientErrorCode } from '../../errors.js';
import type { Refusal } from './socket.js';

/** What OpenSSL calls a certificate of which nobody that it knows has signed any part (X509_verify_cert_error_string(3)). */
const UNKNOWN_AUTHORITY: ReadonlySet<unknown> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Says what to do where Node does not trust the server. @returns undefined for any other error. */
export function untrusted(host: string, error: unknown): Refusal | undefined {
  if (!(error instanceof Error && 'code' in error && UNKNOWN_AUTHORITY.has(error.code))) return undefined;
  const code: ClientErrorCode = 'untrusted';
  const reason =
    `The certificate of ${host} is not trusted here: get its authority from http://${host}/ca.crt, ` +
    'and give it to connect() as `ca`, or its file to Node as NODE_EXTRA_CA_CERTS.';
  return { code, reason };
}
