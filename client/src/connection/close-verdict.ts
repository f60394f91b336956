import * as CLOSE_CODES from '@framewire/shared/close-codes';
import type { ClientErrorCode } from '../errors.js';

/** What follows from a close. */
export interface CloseVerdict {
  /** Whether connecting again can help. */
  retry: boolean;
  /** A `ClientErrorCode`, or the server's. */
  code: string;
  /** A sentence or two for people. */
  reason: string;
}

/** Those of ours after which another attempt may succeed, and what to say where the server says nothing. */
const PASSING: ReadonlyMap<number, [ClientErrorCode, string]> = new Map([
  [CLOSE_CODES.goingAway, ['server-stopped', 'The server was stopped.']],
  [CLOSE_CODES.tooManyViewers, ['server-full', 'The server has as many viewers as it may have.']],
  [CLOSE_CODES.stalled, ['connection-lost', 'Frames took too long to arrive.']],
  [CLOSE_CODES.shapeChanged, ['connection-lost', 'The stream was set up anew.']],
]);
/** What the server said before it closed. */
export interface SaidError {
  code: string;
  message: string;
  hint?: string | undefined;
}

/** Whether a code of the server's says that another token is needed: trying again with this one changes nothing. */
export function isAboutToken(code: string): boolean {
  return /^(token|role)-/.test(code);
}

/**
 * What a closed WebSocket means (RFC 6455, section 7.4.1, and Framewire's own codes). Unknown codes are read like the
 * HTTP status that they are numbered after: 44xx was this viewer's doing and would happen again, the rest passes.
 * @param said the reason in the close frame, or the socket's error; may be empty
 * @param lastError the last error message before, if there was one
 */
export function closeVerdict(closeCode: number, said: string, lastError?: SaidError): CloseVerdict {
  // The close says only how it ends, and has room for 123 bytes.
  if (lastError !== undefined && isAboutAccess(closeCode)) {
    const { code, message, hint = '' } = lastError;
    return { retry: false, code, reason: `${message} ${hint}`.trim() };
  }
  const passing = PASSING.get(closeCode);
  const retry = passing !== undefined || !isOurFault(closeCode);
  const [code, otherwise] = passing ?? unknownCode(closeCode, retry);
  return { retry, code, reason: said === '' ? otherwise : asSentence(said) };
}

function unknownCode(closeCode: number, retry: boolean): [ClientErrorCode, string] {
  if (retry) return ['connection-lost', 'The connection was lost.'];
  return ['refused', `The server ended the connection with code ${closeCode}.`];
}

/** Who may watch what: an error message comes right before. */
function isAboutAccess(closeCode: number): boolean {
  return closeCode >= CLOSE_CODES.unauthorized && closeCode <= CLOSE_CODES.streamRemoved;
}

/** 1000: done; 1002, 1003, 1007-1010: what was sent is not understood or not allowed. */
const FINAL = new Set([1000, 1002, 1003, 1007, 1008, 1009, 1010]);

function isOurFault(closeCode: number): boolean {
  return FINAL.has(closeCode) || (closeCode >= 4400 && closeCode < 4500);
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
