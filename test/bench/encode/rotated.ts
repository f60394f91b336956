/** The same values in the same circle, begun further on. */
export function rotated<T>(values: readonly T[], by: number): T[] {
  const from = by % Math.max(1, values.length);
  return [...values.slice(from), ...values.slice(0, from)];
}
