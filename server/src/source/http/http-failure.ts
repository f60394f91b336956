import { STATUS_CODES } from 'node:http';
import { FramewireError, messageOf } from '../../errors.js';

const CHECK = 'Check the address, and that it is on.';

/** An answer that is no success, as a sentence. @param what names the URL, without its secrets. */
export function statusFailure(
  what: string,
  { status, words, hasPassword }: { status: number; words: string; hasPassword: boolean },
): FramewireError {
  switch (status) {
    case 401:
      return hasPassword
        ? new FramewireError('source-denied', `${what} wants another user name or password.`)
        : new FramewireError(
            'source-denied',
            `${what} wants a user name and a password.`,
            'Write them in front of the host: user:password@host',
          );
    case 403:
      return new FramewireError('source-denied', `${what} refuses this user.`);
    case 404:
    case 410:
      return new FramewireError(
        'source-not-found',
        `${what} does not exist on that server.`,
        'Check the path of the URL.',
      );
    default: {
      const meaning = STATUS_CODES[status] ?? words;
      return new FramewireError('source-unreachable', `${what} answers ${status}${meaning && ` (${meaning})`}.`);
    }
  }
}

/** What Node says of a connection, as a sentence. */
export function connectionFailure(what: string, error: unknown): FramewireError {
  if (error instanceof FramewireError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ABORT_ERR') return new FramewireError('source-stalled', `${what} gives no pictures.`);
  if (code.startsWith('HPE_')) {
    const hint = 'Check the port: another service may listen there.';
    return new FramewireError('source-not-understood', `${what} does not answer in HTTP.`, hint);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return new FramewireError(
      'source-not-understood',
      `${what} does not speak HTTPS.`,
      'Try it with http:// in front.',
    );
  }
  if (code === 'ECONNRESET')
    return new FramewireError('source-unreachable', `${what} hangs up without an answer.`, CHECK);
  const cause = code === '' ? new Error(messageOf(error)) : error;
  return new FramewireError('source-unreachable', `${what} cannot be reached.`, CHECK, { cause });
}
