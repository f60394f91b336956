import { parentPort, workerData } from 'node:worker_threads';
import { ConfinedProxy } from '../http/confined-proxy.js';
import { proxyTask } from './proxy-thread.js';

const { what, localHost } = proxyTask.parse(workerData);
const warn = (warning: string) => parentPort?.postMessage({ warning });
const proxy = await ConfinedProxy.open({ what, localHost, warn });
parentPort?.postMessage({ url: proxy.url });
