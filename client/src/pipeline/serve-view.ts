import type { FromWorker, ToWorker } from './messages.js';
import { errorFields, ViewPipeline } from './view-pipeline.js';

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
      const { code, message, hint } = errorFields(error);
      post({ type: 'status', status: { state: 'failed', code, reason: message, hint } });
    }
  });
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
