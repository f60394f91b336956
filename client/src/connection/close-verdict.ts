import { CLOSE_CODES } from '@framewire/shared/protocol';
import type { ClientErrorCode } from '../errors.js';

/** What follows from a close. */
export interface CloseVerdict {
  /** Whether connecting again can help. */
  retry: boolean;
  code: ClientErrorCode;
  /** A sentence for people. */
  reason: string;
}

/**
 * What a closed WebSocket means (RFC 6455, section 7.4.1, and Framewire's own codes). Unknown codes are read like the
 * HTTP status that they are numbered after: 44xx was this viewer's doing and would happen again, the rest passes.
 * @param said the reason in the close frame, or the socket's error; may be empty
 */
export function closeVerdict(closeCode: number, said: string): CloseVerdict {
  const reason = (otherwise: string): string => (said === '' ? otherwise : asSentence(said));
  switch (closeCode) {
    case CLOSE_CODES.goingAway:
      return { retry: true, code: 'server-stopped', reason: reason('The server was stopped.') };
    case CLOSE_CODES.tooManyViewers:
      return { retry: true, code: 'server-full', reason: reason('The server has as many viewers as it may have.') };
    case CLOSE_CODES.stalled:
      return { retry: true, code: 'connection-lost', reason: reason('Frames took too long to arrive.') };
    case CLOSE_CODES.shapeChanged:
      return { retry: true, code: 'connection-lost', reason: reason('The source has another shape now.') };
    default:
      return isOurFault(closeCode)
        ? { retry: false, code: 'refused', reason: reason(`The server ended the connection with code ${closeCode}.`) }
        : { retry: true, code: 'connection-lost', reason: reason('The connection was lost.') };
  }
}

/** 1000: done; 1002, 1003, 1007-1010: what was sent is not understood or not allowed. */
const FINAL = new Set([1000, 1002, 1003, 1007, 1008, 1009, 1010]);

function isOurFault(closeCode: number): boolean {
  return FINAL.has(closeCode) || (closeCode >= 4400 && closeCode < 4500);
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
