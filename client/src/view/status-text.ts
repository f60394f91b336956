import type { ViewStatus } from '../pipeline/view-status.js';

/** What people read, and hear from a screen reader; empty while there is nothing to tell. */
export function statusText(status: ViewStatus): string {
  switch (status.state) {
    case 'connecting':
      return 'Connecting…';
    case 'starting':
      return 'Starting…';
    case 'live':
      return 'Live';
    case 'failing':
      return 'No picture, for the reason shown.';
    case 'paused':
      return status.by === 'page' ? 'Paused' : '';
    case 'lost':
      return `No picture. ${status.reason}`;
    case 'fallback':
      return status.reason;
    case 'reconnecting':
      return reconnectingText(status.code, status.reason);
    default:
      return status.hint === undefined ? status.reason : `${status.reason} ${status.hint}`;
  }
}

function reconnectingText(code: string, reason: string): string {
  // Why a connection broke tells people nothing; that one cannot be made, or was ended, does.
  return code === 'connection-lost' || code === 'no-answer' ? 'Connection lost.' : reason;
}
