import { parseStreamList, type StreamList } from '@framewire/shared/control';

/** The list of streams that the server has written into the page; null where something else has served it. */
export function firstList(): StreamList | null {
  const list = parseStreamList(document.getElementById('first-list')?.textContent ?? '');
  return list.ok ? list.message : null;
}
