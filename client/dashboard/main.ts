import '@framewire/client/element';
import { Page } from './page/page.js';

new Page().start();
