import { FramewireViewElement } from './view/framewire-view.js';

export { FramewireViewElement, type FramewireViewEvents } from './view/framewire-view.js';
export type { ViewStats, ViewStatus } from './view/view-status.js';

/** Importing this makes `<framewire-view>` known; without `src` it watches the page's own server. */
customElements.define('framewire-view', FramewireViewElement);
