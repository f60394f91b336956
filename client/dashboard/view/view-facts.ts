import type { ViewStats, ViewStatus } from '@framewire/client/element';
import type { StreamInfo } from '@framewire/client';

/** What is known about a view. Times are milliseconds on one clock. */
export interface ViewFacts {
  stream: string;
  status: ViewStatus;
  /** Since when the view has not been live, or has been. */
  since: number;
  /** When the newest picture came; null: none yet. */
  pictureAt: number | null;
  /** How long from one picture to the next when all is well. */
  pictureEveryMs: number;
  /** Pictures counted so far, by the connection of the moment. */
  received: number;
}

/** Cameras on the network may not tell their rate: 0. */
const USUAL_FPS = 30;

export function newFacts(stream: string, status: ViewStatus, now: number): ViewFacts {
  return { stream, status, since: now, pictureAt: null, pictureEveryMs: 1000 / USUAL_FPS, received: 0 };
}

export function withStatus(facts: ViewFacts, status: ViewStatus, now: number): ViewFacts {
  const since = status.state === facts.status.state ? facts.since : now;
  // A picture that came before a pause says nothing about whether pictures come after it.
  const pictureAt = status.state === 'live' || status.state === 'fallback' ? now : facts.pictureAt;
  return { ...facts, status, since, pictureAt };
}

export function withStats(facts: ViewFacts, { received }: Pick<ViewStats, 'received'>, now: number): ViewFacts {
  return { ...facts, received, pictureAt: received === facts.received ? facts.pictureAt : now };
}

/** @param fps asked for; null: as many as the source has. @param info undefined while the server lists no such stream */
export function pictureEveryMs(fps: number | null, info: StreamInfo | undefined): number {
  const sourceFps = info?.fps ?? 0;
  return 1000 / Math.min(fps ?? Infinity, sourceFps > 0 ? sourceFps : USUAL_FPS);
}

/**
 * Whether a new view can show what this one gave up on, once the server lists the stream: the stream came later, or
 * the worker could not be fetched from a server that was away.
 */
export function isCurable({ status }: ViewFacts): boolean {
  return status.state === 'failed' && (status.code === 'unknown-stream' || status.code === 'no-worker');
}
