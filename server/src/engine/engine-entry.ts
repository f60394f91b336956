import { loadOneByOne } from '../ops/load-one-by-one.js';

// The engine has the server's limit of open files.
loadOneByOne(new URL('./engine-main.js', import.meta.url));
