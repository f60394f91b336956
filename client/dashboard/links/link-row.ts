import { make } from '../dom.js';
import type { StreamLink } from './stream-links.js';

/** Something to copy, with a button for it. @param say is told what came of it. */
export function linkRow({ what, text }: StreamLink, say: (sentence: string) => void): HTMLElement {
  const rows = text.split('\n').length;
  const field = rows === 1 ? make('input', '') : make('textarea', '');
  if (field instanceof HTMLTextAreaElement) field.rows = rows + 1;
  field.readOnly = true;
  field.value = text;
  field.ariaLabel = what;
  field.addEventListener('focus', () => field.select());
  const button = make('button', '', 'Copy');
  button.type = 'button';
  button.ariaLabel = `Copy: ${what}`;
  button.addEventListener('click', () => void copy(field).then(say));
  return make('div', '', make('dt', '', what), make('dd', '', field, button));
}

/** Pages over plain HTTP of another machine may not write the clipboard: they select, and people copy. */
async function copy(field: HTMLInputElement | HTMLTextAreaElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(field.value);
    return 'Copied.';
  } catch {
    field.focus();
    return 'Selected: copy it with Ctrl+C, or hold it.';
  }
}
