import { cpus, loadavg, release, totalmem } from 'node:os';

/** Above this load the figures say as much of the others as of us. */
const QUIET = 0.7;

/** When and where, for the head of a bench's tables. */
export function machine(): string {
  const [cpu] = cpus();
  return [
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `Linux ${release()}, Node ${process.version}`,
    `load before: ${(loadavg()[0] ?? 0).toFixed(2)}`,
  ].join(' · ');
}

/** @param say is told when this machine has something else to do. */
export function warnIfBusy(say: (line: string) => void): void {
  if ((loadavg()[0] ?? 0) > QUIET) say('Warning: this machine is busy; the figures will not be worth much.');
}
