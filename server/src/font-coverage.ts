/**
 * Which characters a TrueType font has glyphs for: its table `cmap` in format 12, groups of code points in a row (OpenType
 * 1.9, "cmap"). All numbers are big-endian.
 *
 * @param font the file
 * @returns whether it has a glyph for a code point
 * @throws Error when it has no such table, RangeError when it is cut off
 */
export function glyphsOf(font: Buffer): (codePoint: number) => boolean {
  const groups = groupsOf(font);
  return codePoint => groups.some(({ first, last }) => first <= codePoint && codePoint <= last);
}

interface Group {
  first: number;
  last: number;
}

function groupsOf(font: Buffer): Group[] {
  const cmap = tableOf(font, 'cmap');
  const tables = Array.from(
    { length: font.readUInt16BE(cmap + 2) },
    (_, i) => cmap + font.readUInt32BE(cmap + 8 + 8 * i),
  );
  const table = tables.find(at => font.readUInt16BE(at) === 12);
  if (table === undefined) throw new Error('The font has no table of characters in format 12.');
  return Array.from({ length: font.readUInt32BE(table + 12) }, (_, i) => {
    const at = table + 16 + 12 * i;
    return { first: font.readUInt32BE(at), last: font.readUInt32BE(at + 4) };
  });
}

/** @returns where it begins, bytes. */
function tableOf(font: Buffer, name: string): number {
  for (let i = 0; i < font.readUInt16BE(4); i += 1) {
    const at = 12 + 16 * i;
    if (font.toString('latin1', at, at + 4) === name) return font.readUInt32BE(at + 8);
  }
  throw new Error(`The font has no table "${name}".`);
}
