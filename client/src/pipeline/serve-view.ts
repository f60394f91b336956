import type { FromWorker, ToWorker } from './messages.js';
import { errorFields, ViewPipeline } from './view-pipeline.js';
import { failed } from './view-status.js';

/** Makes the worker that this is called in the one of a `<framewire-view>`; it ends with `terminate()`. */
export function serveView(): void {
  let pipeline: ViewPipeline | undefined;
  addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    if (data.type !== 'start') {
      pipeline?.receive(data);
      return;
    }
    try {
      pipeline = new ViewPipeline(data, post);
    } catch (error) {
      post({ type: 'status', status: failed(errorFields(error)) });
    }
  });
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
