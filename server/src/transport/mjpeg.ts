import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Broadcaster, Guest } from '../broadcast/broadcaster.js';
import { Viewer, type ViewerTransport } from '../broadcast/viewer.js';
import { FramewireError } from '../errors.js';
import type { EncodedFrame } from '../frames.js';
import { monotonicMs } from '../monotonic.js';
import type { MediaQuery } from './media-query.js';
import { WayAcks } from './way-acks.js';

/** A picture that stands still is sent again after this, ms: browsers and proxies hold the last part back. */
const REPEAT_MS = 1000;

const BOUNDARY = 'frame';

/**
 * Parts are the same bytes for all viewers, built once a frame. The next boundary follows each part at once, because
 * browsers show a part only when they have seen its end.
 */
const parts = new WeakMap<EncodedFrame, Buffer>();

function partFor(frame: EncodedFrame): Buffer {
  let part = parts.get(frame);
  if (part === undefined) {
    const takenAt = (Date.now() - (monotonicMs() - frame.header.capturedAt)) / 1000;
    const head = `Content-Type: image/jpeg\r\nContent-Length: ${frame.payload.length}\r\nX-Timestamp: ${takenAt.toFixed(6)}\r\n\r\n`;
    part = Buffer.concat([Buffer.from(head), frame.payload, Buffer.from(`\r\n--${BOUNDARY}\r\n`)]);
    parts.set(frame, part);
  }
  return part;
}

/** One viewer of `/video_feed`: pictures as parts of one endless answer, each when the socket has taken the last. */
export class MjpegViewer implements Guest, ViewerTransport {
  readonly #response: ServerResponse;
  readonly #acks: WayAcks;
  readonly #viewer = new Viewer(this);
  #last: { part: Buffer; sentAt: number; isTaken: boolean } | undefined;

  /**
   * Takes the response over, until either side ends it.
   *
   * @throws FramewireError unknown-stream, too-many-viewers, server-stopping or bad-request, before anything was sent.
   */
  static serve(response: ServerResponse, broadcaster: Broadcaster, { stream, request }: MediaQuery): void {
    // An answer that waits behind another one has no socket, and never hears when that closes.
    if (response.socket === null || response.socket.destroyed) {
      throw new FramewireError(
        'bad-request',
        'Pictures cannot be asked for behind another request that is not answered.',
      );
    }
    const watched = broadcaster.stream(stream);
    const viewer = new MjpegViewer(response, response.socket);
    const admission = broadcaster.admit(viewer);
    response.on('error', () => undefined);
    response.once('close', () => {
      admission[Symbol.dispose]();
      viewer.#acks[Symbol.dispose]();
      viewer.#viewer.stop();
    });
    // Without a length the end of the connection ends the answer; chunks would only wrap each part once more.
    response.removeHeader('Transfer-Encoding');
    response.writeHead(200, {
      'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
      'Cache-Control': 'no-store, no-cache, must-revalidate, no-transform',
      Pragma: 'no-cache',
      Connection: 'close',
      // nginx would otherwise collect pictures until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    response.socket.setNoDelay(true);
    response.write(`--${BOUNDARY}\r\n`);
    viewer.#viewer.watch(watched, request);
  }

  private constructor(response: ServerResponse, socket: Socket) {
    this.#response = response;
    this.#acks = new WayAcks(socket, (seq, arrival) => this.#viewer.arrived(seq, arrival));
  }

  send(frame: EncodedFrame): void {
    const last = { part: partFor(frame), sentAt: monotonicMs(), isTaken: false };
    this.#last = last;
    this.#acks.send(frame.header.seq, onTaken => {
      this.#response.write(last.part, () => {
        last.isTaken = true;
        onTaken?.();
      });
    });
  }

  isClogged(): boolean {
    return this.#response.writableLength > 0;
  }

  chosen(): void {
    // A multipart answer has no place to say what was chosen.
  }

  source(): void {
    // The placeholder picture says it.
  }

  stats(): void {
    // As `chosen`.
  }

  stalled(): void {
    this.#response.destroy();
  }

  tick(): void {
    this.#viewer.tick();
    const last = this.#last;
    if (last?.isTaken !== true || monotonicMs() - last.sentAt < REPEAT_MS) return;
    last.sentAt = monotonicMs();
    last.isTaken = false;
    this.#response.write(last.part, () => {
      last.isTaken = true;
    });
  }

  dismiss(): void {
    this.#response.destroy();
  }
}
