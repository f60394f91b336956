/** Light around it, in modules: half of the four of ISO 18004, which phones do not mind on a screen. */
const BORDER = 2;

/** Columns of what draws at all; an address with a token takes 37. */
const NARROWEST = 40;

/**
 * A QR code for a terminal, two modules a line.
 *
 * @param width of the terminal, columns.
 * @returns empty where there is no room for it.
 */
export async function qrCode(text: string, width: number): Promise<string> {
  if (width < NARROWEST) return '';
  // When needed: most starts have no terminal, or no network.
  const { renderUnicodeCompact } = await import('uqr');
  const code = renderUnicodeCompact(text, { ecc: 'L', border: BORDER });
  return code.split('\n').every(line => line.length <= width) ? code : '';
}
