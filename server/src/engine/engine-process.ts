import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FrameHeader } from '@framewire/shared/frame-header';
import { FRAME_PIPE_FD, FramePipeReader } from './frame-pipe.js';
import { HEARTBEAT_MS, fromEngine, type EngineStart, type FromEngine, type ToEngine } from './messages.js';

/** No heartbeat for so long means that native code holds the engine's event loop, ms. */
const HANG_MS = HEARTBEAT_MS * 8;

/** An engine that does not end by itself is killed after this, ms. */
const STOP_MS = 1000;

/** Capture reads, decoding and several encoders block a thread each; Node's default of 4 would queue them. */
const THREADS = '12';

export interface EngineEvents {
  message(message: FromEngine): void;
  /** The payload is the receiver's to keep. */
  frame(header: FrameHeader, payload: Uint8Array): void;
  /** What the engine or its native libraries wrote to stdout or stderr. */
  output(line: string): void;
  /** The process has ended by itself, crashed, or was killed because it hung. */
  ended(code: 'engine-crashed' | 'engine-hung', reason: string): void;
}

/** One run of an engine process, from its fork to its end. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #events: EngineEvents;
  #watchdog: NodeJS.Timeout | undefined;
  #hasHung = false;
  #isStopping = false;

  constructor(start: EngineStart, events: EngineEvents) {
    this.#events = events;
    this.#child = fork(fileURLToPath(new URL('./engine-main.js', import.meta.url)), {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      env: { ...process.env, UV_THREADPOOL_SIZE: THREADS },
      // The server's own debugging or profiling is not the engine's. A user's step leaves matrices behind (transform.ts).
      execArgv: start.transform === null ? [] : ['--expose-gc'],
    });
    this.#listen();
    this.#feedWatchdog();
    this.send({ type: 'start', ...start });
  }

  send(message: ToEngine): void {
    // An engine that is gone reports so by its own event; what is sent meanwhile is void.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Ends the process and waits for that. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#watchdog);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    if (this.#child.connected) this.#child.disconnect();
    await ended;
    clearTimeout(timer);
  }

  #listen(): void {
    const child = this.#child;
    const reader = new FramePipeReader((header, payload) => this.#events.frame(header, payload));
    const pipe = child.stdio[FRAME_PIPE_FD];
    if (pipe instanceof Readable) {
      pipe.on('data', (chunk: Buffer) => {
        if (!this.#isStopping) this.#readOrKill(() => reader.push(chunk));
      });
      pipe.on('error', () => undefined);
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n')) if (line.trim() !== '') this.#events.output(line);
      });
    }
    child.on('message', message => this.#readOrKill(() => this.#handle(fromEngine.parse(message))));
    child.on('error', error => this.#end(`The engine could not be started: ${error.message}.`));
    child.on('exit', (code, signal) => {
      this.#end(signal === null ? `The engine ended with code ${code}.` : `The engine was ended by ${signal}.`);
    });
  }

  #handle(message: FromEngine): void {
    // What was under way when it was stopped would call a closed source live.
    if (this.#isStopping) return;
    this.#feedWatchdog(message.type === 'blocking' ? message.ms : 0);
    this.#events.message(message);
  }

  /** What comes from the engine is checked as if from a stranger: native code may have written over its memory. */
  #readOrKill(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#events.output(`The engine sent nonsense and is replaced: ${String(error)}`);
      this.#child.kill('SIGKILL');
    }
  }

  /** @param blockedMs for which the engine has said that it will not answer. */
  #feedWatchdog(blockedMs = 0): void {
    clearTimeout(this.#watchdog);
    if (this.#isStopping) return;
    this.#watchdog = setTimeout(() => {
      this.#hasHung = true;
      this.#child.kill('SIGKILL');
    }, blockedMs + HANG_MS);
  }

  #end(reason: string): void {
    clearTimeout(this.#watchdog);
    if (this.#isStopping) return;
    this.#isStopping = true;
    if (this.#hasHung) this.#events.ended('engine-hung', `The engine did not answer for ${HANG_MS / 1000} s.`);
    else this.#events.ended('engine-crashed', reason);
  }
}
