/** Where nobody says how wide it is. */
const USUAL_WIDTH = 80;

/** Longer lines are hard to read. */
const WIDEST = 110;

/** Columns of a stream that people read. Some terminals say 0, before they know. */
export function widthOf({ columns = 0 }: { columns?: number | undefined }): number {
  return columns === 0 ? USUAL_WIDTH : Math.min(columns, WIDEST);
}

/**
 * Breaks a text between words.
 *
 * @param indent columns before every line but the first, which the caller begins.
 * @param width of the lines, columns; a longer word has a line of its own.
 */
export function wrap(text: string, indent: number, width: number): string {
  let column = indent;
  return text.split(' ').reduce((whole, word, i) => {
    const fits = i === 0 || column + 1 + word.length <= width;
    column = fits ? column + (i === 0 ? 0 : 1) + word.length : indent + word.length;
    if (i === 0) return word;
    return fits ? `${whole} ${word}` : `${whole}\n${' '.repeat(indent)}${word}`;
  }, '');
}
