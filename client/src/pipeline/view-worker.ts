import { serveView } from './serve-view.js';

serveView();
