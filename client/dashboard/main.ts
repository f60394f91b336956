import '@framewire/client/element';
import { Page } from './page.js';

new Page().start();
