/** What a reader found in the bytes of one viewer. */
export interface ReaderEvents {
  /** Frames come: called at least once, with the first. */
  flowing(): void;
  /** Of viewers that keep their frames: the last byte of this one has just come. It belongs to the callee. */
  kept(picture: Buffer): void;
  /** Bytes to send back. */
  reply(bytes: Buffer): void;
  failed(reason: string): void;
}

/**
 * Finds the frames in what one viewer receives. One kind for each protocol, written by hand, because the load of 200
 * viewers runs beside the server on the same cores: it must cost little and nearly the same for every contender.
 */
export interface Reader {
  /** What to send first. */
  readonly greeting: string;
  /** @param chunk valid during the call only: the next read overwrites it. */
  push(chunk: Buffer): void;
}
