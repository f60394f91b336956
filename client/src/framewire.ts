import { defineFramewireView, FramewireViewElement } from './view/framewire-view.js';

/** What a server offers as `/framewire.js`: one script for any page, also of another server. */

export { connect, FramewireClient } from './client.js';
export { FramewireClientError } from './errors.js';
export { FramewireViewElement } from './view/framewire-view.js';

FramewireViewElement.defaultServer = new URL(/* @vite-ignore */ '.', import.meta.url).href;
defineFramewireView();
