import type { Received, SimulatedViewer } from './simulated-viewer.js';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Figures {
  readonly ageMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  readonly fps: number;
  /** Bytes per ms. */
  readonly goodput: number;
  readonly bytesPerFrame: number;
  readonly changes: number;
}

/** What one viewer got in a span of virtual time, ms. */
export function figuresOf({ received, choices }: SimulatedViewer, span: Span): Figures {
  const inSpan = received.filter(({ at }) => isIn(at, span));
  const ages = inSpan.map(({ ageMs }) => ageMs).toSorted((a, b) => a - b);
  const bytes = inSpan.reduce((sum, frame) => sum + frame.bytes, 0);
  const ms = span.to - span.from;
  return {
    ageMs: { p50: quantile(ages, 0.5), p95: quantile(ages, 0.95), p99: quantile(ages, 0.99), max: quantile(ages, 1) },
    fps: (inSpan.length * 1000) / ms,
    goodput: bytes / ms,
    bytesPerFrame: inSpan.length === 0 ? 0 : bytes / inSpan.length,
    changes: choices.filter(choice => isIn(choice.at, span)).length,
  };
}

/** When after `from` every frame was at most so old for good, ms; Infinity: never. */
export function backUnder(received: readonly Received[], from: number, ageMs: number): number {
  const last = received.findLastIndex(frame => frame.at >= from && frame.ageMs > ageMs);
  if (last === -1) return 0;
  const next = received[last + 1];
  return next === undefined ? Infinity : next.at - from;
}

function isIn(time: number, { from, to }: Span): boolean {
  return time >= from && time < to;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
