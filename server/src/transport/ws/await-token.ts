import { parseClientMessage } from '@framewire/shared/client-message';
import type { RawData, WebSocket } from 'ws';

/** How long somebody may take to say who they are, ms. */
const SAY_WITHIN_MS = 5000;

/**
 * Waits for the first message of a viewer that has brought no token: libraries that can set no header say it in `hello`.
 *
 * @param onSaid is called once, unless the connection ends before; `token` is undefined when the message says none or none
 * has come within 5 s. `repeat` hands the message on to whoever listens by then.
 */
export function awaitToken(ws: WebSocket, onSaid: (token: string | undefined, repeat: () => void) => void): void {
  const done = () => {
    clearTimeout(timer);
    ws.off('message', onMessage);
    ws.off('close', done);
  };
  const onMessage = (data: RawData, isBinary: boolean) => {
    done();
    onSaid(isBinary || !Buffer.isBuffer(data) ? undefined : tokenIn(data), () => ws.emit('message', data, isBinary));
  };
  const timer = setTimeout(() => {
    done();
    onSaid(undefined, () => undefined);
  }, SAY_WITHIN_MS);
  ws.on('message', onMessage);
  ws.on('close', done);
}

function tokenIn(data: Buffer): string | undefined {
  const parsed = parseClientMessage(data.toString('utf8'));
  return parsed.ok && parsed.message.type === 'hello' ? parsed.message.token : undefined;
}
