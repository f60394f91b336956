import { defineFramewireView } from './view/framewire-view.js';

export { FramewireViewElement, type FramewireViewEvents } from './view/framewire-view.js';
export type { ViewStats, ViewStatus } from './pipeline/view-status.js';

// Importing this is enough; without `src` a view watches the page's own server.
defineFramewireView();
