import { started } from './start/failure.js';
import '@framewire/client/element';
import { Page } from './page/page.js';

const page = new Page();
page.start();
started(sentence => page.toast(sentence));
