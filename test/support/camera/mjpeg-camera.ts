import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';

const INTERVAL_MS = 20;

/** A camera on the network: MJPEG over HTTP, the same picture again and again until the test gives it another one. */
export class MjpegCamera implements AsyncDisposable {
  readonly url: string;
  jpeg: Uint8Array;
  readonly #server: Server;
  readonly #viewers = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param repeat false: each picture goes out once, when the test calls `send`. */
  static async open(jpeg: Uint8Array, repeat = true): Promise<MjpegCamera> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MjpegCamera(server, jpeg, repeat);
  }

  private constructor(server: Server, jpeg: Uint8Array, repeat: boolean) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The camera has no port.');
    this.url = `http://127.0.0.1:${address.port}/video`;
    this.jpeg = jpeg;
    this.#server = server;
    server.on('request', (_, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
      this.#viewers.add(response);
      response.once('close', () => this.#viewers.delete(response));
    });
    this.#timer = repeat ? setInterval(() => this.send(), INTERVAL_MS) : undefined;
  }

  /** Sends `jpeg` to all who watch now. */
  send(): void {
    const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${this.jpeg.length}\r\n\r\n`;
    const part = Buffer.concat([Buffer.from(head), this.jpeg, Buffer.from('\r\n')]);
    for (const viewer of this.#viewers) viewer.write(part);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
