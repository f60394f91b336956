import { FramewireError } from '../../errors.js';
import { kindOf } from './answer-kind.js';
import type { HttpAnswer } from './http-client.js';
import { connectionFailure } from './http-failure.js';
import { JpegSplitter, NoJpegsError } from './jpeg-splitter.js';

const EXPECTED =
  'What is understood: MJPEG (multipart, or JPEGs in a row), a URL whose answer is one JPEG, and what FFmpeg plays.';

/** The JPEGs of one answer, one by one. */
export class JpegAnswer {
  readonly #answer: HttpAnswer;
  readonly #what: string;
  readonly #chunks: AsyncIterator<unknown, unknown>;
  readonly #splitter: JpegSplitter;
  readonly #waiting: Buffer[] = [];
  #count = 0;
  #hasEnded = false;

  /** Takes the answer over. @param what names the URL, without its secrets. */
  constructor(answer: HttpAnswer, what: string) {
    this.#answer = answer;
    this.#what = what;
    this.#chunks = answer.body[Symbol.asyncIterator]();
    this.#splitter = new JpegSplitter(answer.boundary);
  }

  /** One picture and then the end, which is not a stream that broke off. Known at once where the answer says its length. */
  get isSnapshot(): boolean {
    const { hasLength, boundary } = this.#answer;
    if (this.#count > 1) return false;
    return boundary === undefined ? hasLength || this.#hasEnded : hasLength && this.#hasEnded;
  }

  /**
   * Looks at the first bytes.
   *
   * @returns false for media that FFmpeg may understand.
   * @throws FramewireError source-not-understood, or what the connection has come to
   */
  async begin(): Promise<boolean> {
    let first = Buffer.alloc(0);
    for (;;) {
      const kind = kindOf(this.#answer, first);
      if (kind === 'page') {
        const hint = "It may be a login or the camera's own page: find the address of its stream.";
        throw new FramewireError(
          'source-not-understood',
          `${this.#what} is a web page, not a stream of pictures.`,
          hint,
        );
      }
      if (kind !== undefined) {
        if (kind === 'jpegs') this.#split(first);
        return kind === 'jpegs';
      }
      const chunk = await this.#read();
      if (chunk === undefined) throw this.#notUnderstood('it ends without a picture');
      first = Buffer.concat([first, chunk]);
    }
  }

  /**
   * @returns undefined at the end.
   * @throws FramewireError source-not-understood, or what the connection has come to before the first picture
   */
  async next(): Promise<Buffer | undefined> {
    while (this.#waiting.length === 0 && !this.#hasEnded) {
      const chunk = await this.#read();
      if (chunk !== undefined) this.#split(chunk);
    }
    const next = this.#waiting.shift();
    if (next !== undefined) this.#count += 1;
    else if (this.#count === 0) throw this.#notUnderstood('it ends without a picture');
    return next;
  }

  close(): void {
    this.#answer.body.destroy();
  }

  #split(chunk: Buffer): void {
    try {
      this.#waiting.push(...this.#splitter.push(chunk));
    } catch (error) {
      if (error instanceof NoJpegsError) throw this.#notUnderstood(error.message);
      throw error;
    }
  }

  /** @returns undefined at the end. */
  async #read(): Promise<Buffer | undefined> {
    try {
      const chunk = await this.#chunks.next();
      if (chunk.done !== true && chunk.value instanceof Buffer) return chunk.value;
    } catch (error) {
      // A stream that breaks off has ended, whatever the socket calls it.
      if (this.#count === 0) throw connectionFailure(this.#what, error);
    }
    this.#hasEnded = true;
    const last = this.#splitter.end();
    if (last !== undefined) this.#waiting.push(last);
    return undefined;
  }

  #notUnderstood(reason: string): FramewireError {
    return new FramewireError('source-not-understood', `${this.#what} is not understood: ${reason}.`, EXPECTED);
  }
}
