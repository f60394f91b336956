import { byId } from '../dom.js';
import { flipped, mirrored, turned, type Turn } from '../view/turn.js';

/** The buttons that turn the large picture. @param change what becomes of its turn */
export function listenToTurns(change: (turn: (before: Turn) => Turn) => void): void {
  const turns: Record<string, (before: Turn) => Turn> = {
    'turn-left': before => turned(before, -1),
    'turn-right': before => turned(before, 1),
    mirror: mirrored,
    flip: flipped,
  };
  for (const [id, turn] of Object.entries(turns)) {
    byId(id, HTMLButtonElement).addEventListener('click', () => change(turn));
  }
}
