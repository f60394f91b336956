import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

const INTERVAL_MS = 20;

/** A camera on the network: MJPEG over HTTP, the same picture again and again until the test gives it another one. */
export class MjpegCamera implements AsyncDisposable {
  readonly url: string;
  jpeg: Uint8Array;
  readonly #server: Server;

  static async open(jpeg: Uint8Array): Promise<MjpegCamera> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MjpegCamera(server, jpeg);
  }

  private constructor(server: Server, jpeg: Uint8Array) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The camera has no port.');
    this.url = `http://127.0.0.1:${address.port}/video`;
    this.jpeg = jpeg;
    this.#server = server;
    server.on('request', (_, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
      const timer = setInterval(() => {
        const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${this.jpeg.length}\r\n\r\n`;
        response.write(Buffer.concat([Buffer.from(head), this.jpeg, Buffer.from('\r\n')]));
      }, INTERVAL_MS);
      response.once('close', () => clearInterval(timer));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
