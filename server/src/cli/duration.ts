import { FramewireError } from '../errors.js';
import { PROGRAM_WITH } from '../package.js';

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A link that was given away should not be forgotten, ms. */
const LONGEST_MS = 30 * 86_400_000;

/** `30m`, `2h`, `7d`. @returns ms, at most 30 days. @throws FramewireError bad-option */
export function parseDuration(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ms = Number(digits) * (UNITS_MS[unit] ?? 0);
  if (ms > 0 && ms <= LONGEST_MS) return ms;
  throw new FramewireError(
    'bad-option',
    '--for is a time up to 30 days, as 30m, 2h or 7d.',
    `See: ${PROGRAM_WITH} token --help`,
  );
}
