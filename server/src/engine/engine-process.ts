import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FrameHeader } from '@framewire/shared/frame-header';
import { FRAME_PIPE_FD, FramePipeReader } from './frame-pipe.js';
import { messageOf } from '../errors.js';
import { monotonicMs } from '../time/monotonic.js';
import { sleepWatch } from '../time/sleep-watch.js';
import { HEARTBEAT_MS, fromEngine, type EngineStart, type FromEngine, type ToEngine } from './messages.js';
import { describeIssue } from './describe-issue.js';

/** No heartbeat for so long means that native code holds the engine's event loop, ms. */
const HANG_MS = HEARTBEAT_MS * 8;

/**
 * The last part of that: the server's own timers run late when it was stopped or suspended, and before it calls an engine
 * hung it reads what has come meanwhile, ms.
 */
const LAST_CHANCE_MS = HEARTBEAT_MS * 2;

/** An engine that does not end by itself is killed after this, ms. */
const STOP_MS = 1000;

/** Capture reads, decoding and several encoders block a thread each; Node's default of 4 would queue them. */
const THREADS = '12';

/**
 * glibc gives threads up to eight heaps a core, and each keeps what encoders that are gone have freed in it: after 2000
 * viewers that came and went, 98 MB stayed, and 49 with two. That costs no CPU that could be measured.
 */
const ARENAS = '2';

/** What the system says when it has no room for another process. */
const SHORTAGES: Readonly<Record<string, string>> = {
  EMFILE: 'this server has as many files and connections open as it may have',
  ENFILE: 'this machine has as many files open as it may have',
  ENOMEM: 'this machine is out of memory',
  EAGAIN: 'this machine has as many processes as it may have',
};

export interface EngineEvents {
  message(message: FromEngine): void;
  /** The payload is the receiver's to keep. What lay in the pipe while the server slept never comes. */
  frame(header: FrameHeader, payload: Uint8Array): void;
  /** What the engine or its native libraries wrote to stdout or stderr. */
  output(line: string): void;
  /** The process has ended by itself, crashed, or was killed because it hung. */
  ended(code: 'engine-crashed' | 'engine-hung', reason: string): void;
}

/** One run of an engine process, from its fork to its end. */
export class EngineProcess {
  /** undefined when the system could not start one. */
  readonly #child: ChildProcess | undefined;
  readonly #events: EngineEvents;
  #watchdog: NodeJS.Timeout | undefined;
  #hasHung = false;
  #isStopping = false;
  readonly #toldUnknown = new Set<string>();

  /** Never throws: a process that cannot be started has `ended`, a moment later. */
  constructor(start: EngineStart, events: EngineEvents) {
    this.#events = events;
    try {
      this.#child = fork(fileURLToPath(new URL('./engine-entry.js', import.meta.url)), {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
        env: { MALLOC_ARENA_MAX: ARENAS, ...process.env, UV_THREADPOOL_SIZE: THREADS },
        // The server's own debugging or profiling is not the engine's. A user's step leaves matrices behind (transform.ts).
        execArgv: start.transform === null ? [] : ['--expose-gc'],
      });
      this.#listen(this.#child);
    } catch (error) {
      // Node throws for some errors of the system (ENOMEM), and reports others (EMFILE) by an event.
      process.nextTick(() => this.#end(explainStart(error)));
      return;
    }
    this.#feedWatchdog();
    this.send({ type: 'start', ...start });
  }

  send(message: ToEngine): void {
    // An engine that is gone reports so by its own event; what is sent meanwhile is void.
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  /** Ends the process and waits for that. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#watchdog);
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(timer);
  }

  #listen(child: ChildProcess): void {
    child.on('error', error => {
      // It is also how Node reports a signal or a message that could not be sent; the process goes on then.
      if (child.pid === undefined) this.#end(explainStart(error));
    });
    child.on('exit', (code, signal) => {
      this.#end(signal === null ? `The engine ended with code ${code}.` : `The engine was ended by ${signal}.`);
    });
    // Without descriptors Node returns a child that has no pipes, whatever its type says.
    if (child.pid === undefined) return;
    const reader = new FramePipeReader((header, payload) => {
      if (!sleepWatch.isFromBefore(header.capturedAt, monotonicMs())) this.#events.frame(header, payload);
    });
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
      stream?.on('error', () => undefined);
    }
    child.on('message', message => this.#read(message));
  }

  /** A report of another shape than agreed is a fault of this program, not of the engine, which may go on. */
  #read(message: unknown): void {
    // What was under way when it was stopped would call a closed source live.
    if (this.#isStopping) return;
    const report = fromEngine.safeParse(message);
    if (report.success) {
      this.#feedWatchdog(report.data.type === 'blocking' ? report.data.ms : 0);
      this.#events.message(report.data);
      return;
    }
    this.#feedWatchdog();
    const what = describeIssue(message, report.error);
    if (this.#toldUnknown.has(what)) return;
    this.#toldUnknown.add(what);
    this.#events.output(`A report of the engine is left out, which is a bug of Framewire: ${what}.`);
  }

  /** Frames are checked as if from a stranger: native code may have written over the memory that they come from. */
  #readOrKill(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#events.output(`The engine sent nonsense and is replaced: ${messageOf(error)}`);
      this.#child?.kill('SIGKILL');
    }
  }

  /** @param blockedMs for which the engine has said that it will not answer. */
  #feedWatchdog(blockedMs = 0): void {
    clearTimeout(this.#watchdog);
    if (this.#isStopping) return;
    this.#watchdog = setTimeout(
      () => {
        this.#watchdog = setTimeout(() => {
          this.#hasHung = true;
          this.#child?.kill('SIGKILL');
        }, LAST_CHANCE_MS);
      },
      blockedMs + HANG_MS - LAST_CHANCE_MS,
    );
  }

  #end(reason: string): void {
    clearTimeout(this.#watchdog);
    if (this.#isStopping) return;
    this.#isStopping = true;
    if (this.#hasHung) this.#events.ended('engine-hung', `The engine did not answer for ${HANG_MS / 1000} s.`);
    else this.#events.ended('engine-crashed', reason);
  }
}

function explainStart(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = SHORTAGES[code] ?? messageOf(error);
  return `The engine could not be started: ${why}.`;
}
