import type { StreamInfo } from '@framewire/client';
import { byId, setData, setText } from '../dom.js';
import type { PageView } from './page-state.js';

/** What the page consists of now. */
export interface FrameFacts {
  view: PageView;
  /** Whether there is more than one stream: without, there is nothing to switch between. */
  hasMany: boolean;
  /** Whether figures and settings are shown beside the pictures. */
  hasPanel: boolean;
  isBare: boolean;
}

/** Which parts of the page are there: the style sheet does the rest. */
export function showFrame({ view, hasMany, hasPanel, isBare }: FrameFacts): void {
  const main = byId('main', HTMLElement);
  const streams = hasMany ? 'many' : 'few';
  setData(main, 'view', view);
  setData(main, 'streams', streams);
  setData(main, 'panel', String(hasPanel));
  for (const element of [document.body, main]) setData(element, 'bare', String(isBare));
  byId('panel-button', HTMLButtonElement).ariaExpanded = String(hasPanel);
  setData(byId('view-switch', HTMLElement), 'streams', streams);
  for (const radio of document.querySelectorAll<HTMLInputElement>('#view-switch input')) {
    radio.checked = radio.value === view;
  }
}

/** The name of what is shown, with what there is to say of it; whole where it does not fit. */
export function showTitle(name: string, info: StreamInfo | undefined): void {
  const description = info?.description ?? '';
  for (const [id, text] of [
    ['stage-name', name],
    ['stage-description', description],
  ] as const) {
    const element = byId(id, HTMLElement);
    setText(element, text);
    if (element.title !== text) element.title = text;
  }
}
