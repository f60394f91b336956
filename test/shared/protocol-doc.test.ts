import { readFileSync } from 'node:fs';
import { decodeAck, encodeAck } from '@framewire/shared/ack';
import { parseClientMessage } from '@framewire/shared/client-message';
import {
  CLOCK_PING_BYTES,
  CLOCK_PONG_BYTES,
  decodeClockPing,
  decodeClockPong,
  encodeClockPing,
  encodeClockPong,
} from '@framewire/shared/clock';
import { parseServerMessage } from '@framewire/shared/control';
import { decodeFrameHeader, encodeFrameHeader } from '@framewire/shared/frame-header';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { MAX_CONTROL_BYTES, PROTOCOL_VERSION, STALL_TIMEOUT_MS, SUBPROTOCOL } from '@framewire/shared/protocol';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../server/src/errors.js';

/** Is what `shared/PROTOCOL.md` says what the code does? */

const page = readFileSync(new URL('../../shared/PROTOCOL.md', import.meta.url), 'utf8');

interface Block {
  /** The words behind the opening fence: `hex ack`. */
  label: string;
  text: string;
}

const blocks: Block[] = Array.from(page.matchAll(/^```(.+)\n([^]*?)^```$/gm), ([, label = '', text = '']) => ({
  label,
  text,
}));

const linesIn = (label: string): string[] =>
  blocks.filter(block => block.label === label).flatMap(({ text }) => text.trim().split('\n'));

/** Bytes of a hex block, whose comments begin with #. */
const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(/#.*$/gm, '').replaceAll(/\s/g, ''), 'hex'));

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Cells of the table below `<!-- table: name -->`, without its head. */
function table(name: string): string[][] {
  const text = page.split(`<!-- table: ${name} -->\n\n`)[1]?.split('\n\n')[0] ?? '';
  const rows = text.split('\n').map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim().replaceAll('`', '')),
  );
  return rows.slice(2);
}

const formats = {
  'frame-header': {
    bytes: 40,
    decode: decodeFrameHeader,
    rewrite: (bytes: Uint8Array) => encodeFrameHeader(decodeFrameHeader(bytes)),
  },
  ack: { bytes: 28, decode: decodeAck, rewrite: (bytes: Uint8Array) => encodeAck(decodeAck(bytes)) },
  'clock-ping': {
    bytes: CLOCK_PING_BYTES,
    decode: (bytes: Uint8Array) => ({ sentAt: decodeClockPing(bytes) }),
    rewrite: (bytes: Uint8Array) => encodeClockPing(decodeClockPing(bytes)),
  },
  'clock-pong': {
    bytes: CLOCK_PONG_BYTES,
    decode: decodeClockPong,
    rewrite: (bytes: Uint8Array) => encodeClockPong(decodeClockPong(bytes)),
  },
};

const names = ['frame-header', 'ack', 'clock-ping', 'clock-pong'] as const;

const WIDTHS: Record<string, number> = { u8: 1, u16: 2, u32: 4, f32: 4, f64: 8 };

/** Writes 1.5 or 1 at an offset of a message, to see which field it comes out of. */
function poke(bytes: Uint8Array, offset: number, type: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (type === 'f64') view.setFloat64(offset, 1.5, true);
  else if (type === 'f32') view.setFloat32(offset, 1.5, true);
  else view.setUint8(offset, 1);
}

/** A message with nothing in it but its type and, in a header, its version. */
function emptyMessage(name: (typeof names)[number]): Uint8Array {
  const bytes = new Uint8Array(formats[name].bytes);
  bytes[0] = { 'frame-header': 1, ack: 2, 'clock-ping': 3, 'clock-pong': 3 }[name];
  if (name === 'frame-header') bytes[1] = PROTOCOL_VERSION;
  return bytes;
}

describe.each(names)('%s in PROTOCOL.md', name => {
  const { decode, rewrite, bytes: length } = formats[name];

  it('has examples that decode to the JSON below them and encode back', () => {
    const examples = blocks.filter(({ label }) => label === `hex ${name}`);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      const beside = blocks[blocks.indexOf(example) + 1];
      const bytes = bytesOf(example.text);
      expect(beside?.label).toBe(`json ${name}`);
      expect(decode(bytes)).toEqual(JSON.parse(beside?.text ?? ''));
      expect(hexOf(rewrite(bytes))).toBe(hexOf(bytes));
    }
  });

  it('has a table of fields that covers the message as long as it is', () => {
    const rows = table(name);
    const last = rows.at(-1) ?? [];
    expect(Number(last[0]) + (WIDTHS[last[1] ?? ''] ?? NaN)).toBe(length);
    expect(rows.map(([offset]) => Number(offset))).toEqual(
      rows.map(([offset]) => Number(offset)).toSorted((a, b) => a - b),
    );
  });

  it('has a table whose offsets are those of the fields', () => {
    const numbers = table(name).filter(([, , field = '']) => field in decode(emptyMessage(name)) && field !== 'codec');
    expect(numbers).not.toEqual([]);
    for (const [offset, type = '', field = ''] of numbers) {
      const bytes = emptyMessage(name);
      poke(bytes, Number(offset), type);
      const expected = type.startsWith('f') ? 1.5 : 1;
      expect(decode(bytes)).toEqual({ ...decode(emptyMessage(name)), [field]: expected });
    }
  });
});

describe('control messages in PROTOCOL.md', () => {
  it.each(linesIn('jsonl to-server'))('are accepted by the server: %s', line => {
    const message: unknown = JSON.parse(line);
    expect(parseClientMessage(line)).toEqual({ ok: true, message });
  });

  it.each(linesIn('jsonl refused-by-server'))('are refused by the server: %s', line => {
    expect(parseClientMessage(line)).toMatchObject({ ok: false });
  });

  it.each(linesIn('jsonl to-viewer'))('are understood by the viewer: %s', line => {
    const message: unknown = JSON.parse(line);
    expect(parseServerMessage(line)).toEqual({ ok: true, message });
  });
});

describe('codes and numbers in PROTOCOL.md', () => {
  it('lists every close code', () => {
    const listed = Object.fromEntries(table('close-codes').map(([code, name = '']) => [name, Number(code)]));
    expect(listed).toEqual({ ...CLOSE_CODES });
  });

  it('lists error codes that the server has', () => {
    const listed = table('error-codes').map(([code = '']) => code);
    expect(listed).toContain('bad-message');
    expect(Object.keys(ERRORS)).toEqual(expect.arrayContaining(listed));
  });

  it('names the subprotocol, the version and the limits', () => {
    expect(page).toContain(`The Framewire protocol, version ${PROTOCOL_VERSION}\n`);
    expect(page).toContain(`\`${SUBPROTOCOL}\``);
    expect(page).toContain(`more than ${MAX_CONTROL_BYTES / 1024} KiB`);
    expect(page).toContain(`acknowledged nothing for ${STALL_TIMEOUT_MS / 1000} s`);
  });
});
