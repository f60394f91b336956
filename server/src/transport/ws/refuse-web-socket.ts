import * as CLOSE_CODES from '@framewire/shared/close-codes';
import type { ServerMessage } from '@framewire/shared/control';
import type { WebSocket } from 'ws';
import type { FramewireError } from '../../errors.js';

/** Longest wait for the other side's part of the closing handshake, ms. */
const CLOSE_MS = 500;

/** What a close frame has room for beside its code (RFC 6455 5.5). */
const MOST_REASON_BYTES = 123;

const CODES: Readonly<Record<number, number>> = {
  401: CLOSE_CODES.unauthorized,
  403: CLOSE_CODES.forbidden,
  404: CLOSE_CODES.streamRemoved,
  429: CLOSE_CODES.tooManyMessages,
};

/** How an error reads as a control message. */
export function errorMessage({ code, message, hint }: FramewireError): ServerMessage {
  return { type: 'error', code, message, ...(hint !== '' && { hint }) };
}

/** The close code that says the same as an error. */
export function closeCodeOf({ status }: FramewireError): number {
  return CODES[status] ?? CLOSE_CODES.badMessages;
}

/** Message and hint, for programs that show nothing else; the hint is left out where both are too long. */
export function closeReasonOf({ message, hint }: FramewireError): string {
  const whole = `${message} ${hint}`.trim();
  if (Buffer.byteLength(whole) <= MOST_REASON_BYTES) return whole;
  // A character that is cut in two becomes one that stands for none.
  return Buffer.from(message)
    .subarray(0, MOST_REASON_BYTES)
    .toString('utf8')
    .replace(/\uFFFD$/, '');
}

/** Says goodbye, and cuts the connection when the other side does not. @param reason at most 123 bytes. */
export function closeWebSocket(ws: WebSocket, code: number, reason: string): void {
  ws.close(code, reason);
  const timer = setTimeout(() => ws.terminate(), CLOSE_MS);
  ws.once('close', () => clearTimeout(timer));
}

/** Tells why, and ends the connection. */
export function refuseWebSocket(ws: WebSocket, error: FramewireError): void {
  if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(errorMessage(error)));
  closeWebSocket(ws, closeCodeOf(error), closeReasonOf(error));
}
