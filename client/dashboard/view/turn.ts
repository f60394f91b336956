/** How a view is shown: first mirrored left to right, then turned clockwise. */
export interface Turn {
  degrees: 0 | 90 | 180 | 270;
  isMirrored: boolean;
}

export const UPRIGHT: Turn = { degrees: 0, isMirrored: false };

const QUARTERS = [0, 90, 180, 270] as const;

/** @param quarters clockwise; negative: the other way */
export function turned(turn: Turn, quarters: number): Turn {
  const index = (turn.degrees / 90 + quarters + 4) % 4;
  return { ...turn, degrees: QUARTERS[index] ?? 0 };
}

/** Left becomes right on the screen, however the picture is turned. */
export function mirrored({ degrees, isMirrored }: Turn): Turn {
  return turned({ degrees, isMirrored: !isMirrored }, -2 * (degrees / 90));
}

/** Top becomes bottom on the screen. */
export function flipped(turn: Turn): Turn {
  return turned(mirrored(turn), 2);
}

export function isUpright({ degrees, isMirrored }: Turn): boolean {
  return degrees === 0 && !isMirrored;
}

/** Whether width and height change places. */
export function isSideways({ degrees }: Turn): boolean {
  return degrees === 90 || degrees === 270;
}

/** `90`, `180m` (mirrored first). */
export function formatTurn({ degrees, isMirrored }: Turn): string {
  return `${degrees}${isMirrored ? 'm' : ''}`;
}

/** @returns null for what is none */
export function parseTurn(text: string): Turn | null {
  const isMirrored = text.endsWith('m');
  const degrees = QUARTERS.find(quarter => String(quarter) === text.replace(/m$/, ''));
  return degrees === undefined ? null : { degrees, isMirrored };
}

/** Shows the views within `box` so; the style sheet does it. */
export function showTurn(box: HTMLElement, turn: Turn): void {
  box.style.setProperty('--degrees', `${turn.degrees}deg`);
  box.style.setProperty('--mirror', turn.isMirrored ? '-1' : '1');
  box.dataset['sideways'] = String(isSideways(turn));
}
