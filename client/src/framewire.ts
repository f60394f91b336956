import { FramewireViewElement } from './view/framewire-view.js';

/** What a server offers as `/framewire.js`: one script for any page, also of another server. */

export { connect, FramewireClient, FramewireClientError } from './client.js';
export { FramewireViewElement } from './view/framewire-view.js';

FramewireViewElement.defaultServer = new URL('.', import.meta.url).href;
// A page may load the script of two servers.
if (customElements.get('framewire-view') === undefined) customElements.define('framewire-view', FramewireViewElement);
