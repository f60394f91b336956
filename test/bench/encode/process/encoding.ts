import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseReply, type Done, type Job } from './job.js';

const main = fileURLToPath(new URL('encoding-main.ts', import.meta.url));

/** A process of its own that encodes, so that its CPU is nobody else's. */
export interface Encoding extends Disposable {
  /** Jobs come one after the other. @throws Error when it cannot be done, or the process ends. */
  do(job: Job): Promise<Done>;
}

/** @param isWhole pictures are not cut into slices. */
export function startEncoding(isWhole: boolean): Encoding {
  const execArgv = [...process.execArgv, '--expose-gc'];
  const child = fork(main, isWhole ? ['whole'] : [], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const messages = on(child, 'message');
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The encoding process ended (code ${String(code)}, signal ${String(signal)}).`);
  });
  ended.catch(() => {});
  return {
    async do(job) {
      child.send(job);
      const result: IteratorResult<unknown[], undefined> = await Promise.race([messages.next(), ended]);
      const reply = parseReply(result.value?.[0]);
      if (reply.type === 'failed') throw new Error(reply.reason);
      return reply;
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
