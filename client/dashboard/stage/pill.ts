import { byId, setData, setText } from '../dom.js';
import type { Tone } from '../view/states.js';

/** The word beside the name of what is shown: how it is. */
export function showPill(tone: Tone, text: string): void {
  setData(byId('pill', HTMLElement), 'tone', tone);
  setText(byId('pill-word', HTMLElement), text);
}
