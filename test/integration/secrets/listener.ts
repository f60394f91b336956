import { connect } from 'node:net';
import { SUBPROTOCOL, SUBPROTOCOL_TOKEN } from '@framewire/shared/protocol';
import { WebSocket } from 'ws';

/** How long somebody who is let in listens after its first answer, ms: what is refused ends by itself. */
const LISTEN_MS = 100;

interface Visit {
  query?: string;
  /** Offered as a subprotocol. */
  token?: string;
  headers?: Record<string, string>;
  /** Listens until the server closes. */
  isPatient?: boolean;
}

/** Asks a server for all sorts of things, and keeps whatever it is told. */
export class Listener {
  /** What was said, by what was asked. */
  readonly heard = new Map<string, string>();
  /** `127.0.0.1:8080`. */
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  hear(where: string, said: string): void {
    this.heard.set(where, `${this.heard.get(where) ?? ''}${said}\n`);
  }

  /** Of a feed, the beginning. A cookie is for the one who has just brought its token, so it is left out. */
  async ask(path: string, init: RequestInit = {}): Promise<void> {
    const answer = await fetch(`http://${this.#host}${path}`, { redirect: 'manual', ...init });
    const reader = answer.body?.getReader();
    const isFeed = answer.headers.get('content-type')?.startsWith('multipart') ?? false;
    const parts: Uint8Array[] = [];
    for (let part = await reader?.read(); part?.value !== undefined; part = isFeed ? undefined : await reader?.read()) {
      parts.push(part.value);
    }
    await reader?.cancel();
    const headers = [...answer.headers].filter(([name]) => name !== 'set-cookie');
    const body = Buffer.concat(parts).toString('latin1');
    this.hear(
      `${init.method ?? 'GET'} ${path} ${JSON.stringify(init.headers)}`,
      `${answer.status} ${headers.join()} ${body}`,
    );
  }

  /** Says bytes, and hears what comes until the other side closes. */
  async say(where: string, bytes: string): Promise<void> {
    const [host = '', port = ''] = this.#host.split(':');
    const socket = connect(Number(port), host);
    socket.write(bytes);
    for await (const chunk of socket) this.hear(where, String(chunk));
  }

  /** Opens a WebSocket, sends messages, and hears what is answered, close reason and all. */
  async watch(
    where: string,
    messages: readonly string[],
    { query = '', token = '', headers = {}, isPatient = false }: Visit = {},
  ): Promise<void> {
    const protocols = [SUBPROTOCOL, ...(token === '' ? [] : [SUBPROTOCOL_TOKEN + token])];
    const socket = new WebSocket(`ws://${this.#host}/ws${query}`, protocols, { headers });
    socket.on('open', () => {
      this.hear(where, socket.protocol);
      for (const message of messages) socket.send(message);
    });
    if (!isPatient) socket.once('message', () => setTimeout(() => socket.close(), LISTEN_MS));
    socket.on('message', (data, isBinary) => {
      if (!isBinary && Buffer.isBuffer(data)) this.hear(where, data.toString());
    });
    socket.on('unexpected-response', (_request, answer) => {
      this.hear(where, `${answer.statusCode} ${answer.rawHeaders.join()}`);
      answer.on('data', chunk => this.hear(where, String(chunk)));
      answer.on('end', () => socket.terminate());
    });
    socket.on('error', error => this.hear(where, error.message));
    await new Promise<void>(resolve => {
      socket.on('close', (code, reason) => {
        this.hear(where, `${code} ${reason.toString()}`);
        resolve();
      });
    });
  }
}
