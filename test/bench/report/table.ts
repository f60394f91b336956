/** A Markdown table with its columns in line, so that it reads as well in a terminal. Numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, 3, ...rows.map(row => (row[column] ?? '').length)));
  const isNumber = head.map((_, column) =>
    rows.every(row => /^([\d.,<>≤ -]|skipped|failed)*$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, n) => (isNumber[n] === true ? (cells[n] ?? '').padStart(width) : (cells[n] ?? '').padEnd(width))).join(' | ')} |`;
  const rule = widths.map((width, n) => (isNumber[n] === true ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
