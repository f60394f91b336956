import { byId, make } from '../dom.js';
import { actionFor, SHORTCUTS, type KeyUse, type PageAction } from './shortcuts.js';

/** Calls `act` for every shortcut that the focused control has no use for, and fills the help with all of them. */
export function listenToKeys(act: (action: PageAction) => void): void {
  fillHelp();
  const help = byId('help', HTMLElement);
  document.addEventListener('keydown', event => {
    if (event.repeat || event.defaultPrevented) return;
    const action = actionFor(event, keyUse(document.activeElement));
    if (action === null) return;
    event.preventDefault();
    if (action.do === 'help') help.togglePopover();
    else act(action);
  });
}

function keyUse(focused: Element | null): KeyUse {
  if (focused instanceof HTMLSelectElement) return 'all';
  if (focused instanceof HTMLInputElement) return focused.type === 'checkbox' ? 'press' : 'move';
  return focused instanceof HTMLButtonElement || focused instanceof HTMLAnchorElement ? 'press' : 'none';
}

function fillHelp(): void {
  for (const { keys, what } of SHORTCUTS) {
    const caps = keys.map(key => (key === '…' ? key : make('kbd', '', key)));
    byId('shortcuts', HTMLElement).append(make('div', '', make('dt', '', ...caps), make('dd', '', what)));
  }
}
