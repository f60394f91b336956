const STEPS = [1, 2, 4, 6, 8, 10] as const;

/**
 * The end of a scale from 0 that holds `most`: a number whose half is one to read as well.
 * @param smallest the end at least, so that a calm minute looks calm
 */
export function scaleEnd(most: number, smallest: number): number {
  const wanted = Math.max(most, smallest);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return (STEPS.find(step => step * power >= wanted) ?? 10) * power;
}
