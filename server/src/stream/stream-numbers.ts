/** Numbers the pictures of a stream (`seq`, modulo 2^32): they never fall, over restarts of the producer and placeholders. */
export class StreamNumbers {
  #last = 0;
  /** What is added to the producer's own numbers. */
  #base = 0;

  /** The producer counts from 1 again. */
  restart(): void {
    this.#base = this.#last;
  }

  /** @returns the stream's number of the producer's picture. */
  of(producerSeq: number): number {
    const seq = (this.#base + producerSeq) >>> 0;
    this.#last = Math.max(this.#last, seq);
    return seq;
  }

  /** @returns a number for something that the producer did not make, between its pictures. */
  insert(): number {
    this.#base += 1;
    this.#last += 1;
    return this.#last;
  }
}
