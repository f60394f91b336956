import { object, optional, parseJson, string } from '@framewire/shared/decoder';
import type { ClientErrorCode } from '../../errors.js';
import type { Refusal } from './socket.js';

/** What every refusal of a Framewire server says, by plain HTTP as well. */
const refusal = object<{ code: string; message: string; hint?: string | undefined }>({
  code: string,
  message: string,
  hint: optional(string),
});

/** A gateway says that the server behind it is away, or takes too long. */
const GATEWAY_STATUSES = [502, 503, 504];

/**
 * What an HTTP answer in place of a WebSocket means.
 *
 * @param url of the WebSocket
 * @param body of the answer, which may have come from anything on the way
 */
export function refusalOf(url: string, status: number, body: string): Refusal {
  const said = parseJson(refusal, body);
  if (!said.ok) {
    const { host } = new URL(url);
    const code: ClientErrorCode = GATEWAY_STATUSES.includes(status) ? 'unreachable' : 'no-websocket';
    return { code, reason: `${host} answers with HTTP ${status}, and not as a Framewire server does.` };
  }
  const { code, message, hint = '' } = said.message;
  return { code, reason: hint === '' ? message : `${message} ${hint}` };
}
