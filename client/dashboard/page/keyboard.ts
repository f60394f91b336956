import { showWho } from '../access/who.js';
import { byId, make } from '../dom.js';
import { recallShortcuts, rememberShortcuts } from './memory.js';
import { actionFor, SHORTCUTS, type KeyUse, type PageAction } from './shortcuts.js';

/**
 * Calls `act` for every shortcut that the focused control has no use for, and fills the help with all of them. Who
 * steers by voice, or hits keys by accident, turns them off there (WCAG 2.1.4).
 */
export function listenToKeys(act: (action: PageAction) => void): void {
  const help = byId('help', HTMLDialogElement);
  const isOn = byId('shortcuts-on', HTMLInputElement);
  fillHelp();
  isOn.checked = recallShortcuts();
  isOn.addEventListener('change', () => rememberShortcuts(isOn.checked));
  const showHelp = (): void => {
    help.showModal();
    void showWho();
  };
  byId('help-button', HTMLButtonElement).addEventListener('click', showHelp);
  document.addEventListener('keydown', event => {
    if (event.repeat || event.defaultPrevented || !isOn.checked) return;
    // A dialog has the keys to itself.
    if (document.querySelector('dialog[open]') !== null) return;
    const action = actionFor(event, keyUse(document.activeElement));
    if (action === null) return;
    event.preventDefault();
    if (action.do === 'help') showHelp();
    else act(action);
  });
}

function keyUse(focused: Element | null): KeyUse {
  if (focused instanceof HTMLSelectElement) return 'all';
  if (focused instanceof HTMLInputElement) return focused.type === 'checkbox' ? 'press' : 'move';
  const takesSpace = focused instanceof HTMLButtonElement || focused?.tagName === 'SUMMARY';
  return takesSpace || focused instanceof HTMLAnchorElement ? 'press' : 'none';
}

function fillHelp(): void {
  for (const { keys, what } of SHORTCUTS) {
    const caps = keys.map(key => (key === '…' ? key : make('kbd', '', key)));
    byId('shortcuts', HTMLElement).append(make('div', '', make('dt', '', ...caps), make('dd', '', what)));
  }
}
