import { Transform, type TransformCallback } from 'node:stream';

const LONGEST_HEAD = 64 * 1024;

/** A header's name and value (RFC 9110, 5). */
const FIELD = /^([!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*:(.*)$/i;

/**
 * A response's head as HTTP/1.0 has it: `ICY 200 OK` becomes a status line, lines that are no fields and lengths that
 * contradict each other are left out. Pure.
 *
 * @param head up to the empty line, without it.
 */
export function mendHead(head: string): string {
  const [status = '', ...lines] = head.split(/\r?\n/);
  const code = /^\S+ +(\d{3})\b/.exec(status)?.[1] ?? '200';
  const seen = new Set<string>();
  const fields = lines.flatMap(line => {
    const [, name = '', value = ''] = FIELD.exec(line) ?? [];
    const isAgain = name.toLowerCase() === 'content-length' && seen.has('content-length');
    seen.add(name.toLowerCase());
    return name === '' || isAgain ? [] : [`${name}:${value.replace(/[^\t -~\u0080-\u00ff]/g, '')}`];
  });
  return [`HTTP/1.0 ${code} Mended`, ...fields, '', ''].join('\r\n');
}

/** Mends the head of what passes through, and leaves the rest as it is; a body without any head gets one. */
export class HeadMender extends Transform {
  #head: Buffer | undefined = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#head === undefined) {
      done(null, chunk);
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    const text = this.#head.toString('latin1');
    const hasHead = /^(H(T(T(P|$)|$)|$)|I(C(Y|$)|$))/i.test(text);
    const end = hasHead ? /\r?\n\r?\n/.exec(text) : { index: 0, 0: '' };
    if (end === null && text.length < LONGEST_HEAD && hasHead) {
      done();
      return;
    }
    const bodyAt = end === null ? 0 : end.index + end[0].length;
    this.push(Buffer.from(mendHead(text.slice(0, end?.index ?? 0)), 'latin1'));
    const body = this.#head.subarray(bodyAt);
    this.#head = undefined;
    done(null, body);
  }
}
