const LINE_MS = 200;
const PLAIN_MS = 10_000;

/**
 * Tells on the error output what set-up is doing and for how long: one live line on a terminal, a plain line every
 * ten seconds elsewhere (a log, CI).
 */
export class Progress {
  #out;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #startedAt = 0;
  #step = '';

  /** @param {{ isTTY?: boolean, write(text: string): unknown }} out */
  constructor(out = process.stderr) {
    this.#out = out;
  }

  /** @param {string} text what begins, in the form `Installing packages` */
  begin(text) {
    this.#startedAt = Date.now();
    this.#step = '';
    const live = this.#out.isTTY === true;
    if (!live) this.#out.write(`${text} ...\n`);
    const show = () => {
      const state = `${this.#step}${this.#seconds()} s`;
      this.#out.write(live ? `\r\x1b[2K${text} ... ${state}` : `  ${state}\n`);
    };
    if (live) show();
    this.#timer = setInterval(show, live ? LINE_MS : PLAIN_MS);
  }

  /** @param {string} text how far it is, in the form `file 34 of 104` */
  step(text) {
    this.#step = `${text}, `;
  }

  /** @param {string} text what is done, in the form `Packages installed` */
  done(text) {
    this.#end();
    this.#out.write(`${text} (${this.#seconds()} s)\n`);
  }

  /** Ends the line without a word: what follows explains. */
  fail() {
    this.#end();
  }

  #end() {
    clearInterval(this.#timer);
    if (this.#out.isTTY === true) this.#out.write('\r\x1b[2K');
  }

  #seconds() {
    return Math.round((Date.now() - this.#startedAt) / 1000);
  }
}
