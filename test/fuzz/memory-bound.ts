/** What the true sizes of all these inputs need, with Node and FFmpeg around them, and not what headers claim. */
const MOST_MB = 400;

/**
 * @param input what was read last, for the message: it is the one, or one of the few before it.
 * @returns the peak so far, MB. @throws Error when it is above the bound.
 */
export function checkMemory(input: string): number {
  // resourceUsage counts in kB.
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1000);
  if (peakMb > MOST_MB) throw new Error(`${peakMb} MB were taken by ${input}; ${MOST_MB} are allowed.`);
  return peakMb;
}
