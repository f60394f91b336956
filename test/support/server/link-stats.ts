import type { LinkStats, ServerMessage } from '@framewire/shared/control';

const LINK: LinkStats = { bitsPerSecond: 4.8e6, rttMs: 40, queueMs: 2, rung: 0, rungs: 11, latencyBudgetMs: 100 };

/** A report of a server to a viewer of whom nothing was dropped. */
export function linkStats(link: Partial<LinkStats>): Extract<ServerMessage, { type: 'stats' }> {
  const dropped = { rate: 0, superseded: 0, skipped: 0 };
  const counts = { captured: 30, sent: 30, sentBytes: 600_000, dropped };
  return { type: 'stats', ...counts, link: { ...LINK, ...link }, viewerFps: null, viewers: 1 };
}
