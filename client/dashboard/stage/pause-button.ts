import { byId, setText } from '../dom.js';

/** Says what the next press does; whoever has nothing to pause disables it afterwards. */
export function showPauseButton(isPaused: boolean): void {
  const button = byId('pause', HTMLButtonElement);
  const text = isPaused ? 'Go on' : 'Pause';
  setText(button.querySelector('span') ?? button, text);
  button.title = text;
  button.disabled = false;
  button.querySelector('use')?.setAttribute('href', isPaused ? '#icon-play' : '#icon-pause');
}
