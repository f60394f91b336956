import { spawn } from 'node:child_process';

/** How a process ended. `forced`: it did not go by itself after SIGTERM and was killed. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  forced: boolean;
}

/** A child process of a test, with its own process group, so that nothing that it started outlives the test. */
export interface Run {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Its stdout and stderr so far, at most the last million characters. */
  output(): string;
  /** Waits for the first match in stdout. @throws EarlyExit when the process ends first, Error after `withinMs`. */
  waitForOutput(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  /** SIGTERM, then SIGKILL after `killAfterMs`; idempotent. What is left of its process group is killed then. */
  stop(killAfterMs?: number): Promise<Exit>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RunOptions {
  /** Added to this process's own environment. */
  env?: Record<string, string> | undefined;
  cwd?: string;
}

/** The process ended before it had said what was waited for. */
export class EarlyExit extends Error {
  override readonly name = 'EarlyExit';
  readonly exit: Exit;
  readonly output: string;

  constructor(command: string, exit: Exit, output: string) {
    super(`${command} ended early (code ${exit.code}, signal ${exit.signal}):\n${output}`);
    this.exit = exit;
    this.output = output;
  }
}

const OUTPUT_CHARACTERS = 1_000_000;

const running = new Set<number>();
process.once('exit', () => running.forEach(killGroup));

/** Starts a program. A program that cannot be started ends with code 127, as in a shell. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Run {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? 0;
  if (pid > 0) running.add(pid);

  let stdout = '';
  let output = '';
  let isForced = false;
  const watchers = new Set<() => void>();
  const keep = (text: string): void => {
    output = (output + text).slice(-OUTPUT_CHARACTERS);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    keep(text);
    stdout = (stdout + text).slice(-OUTPUT_CHARACTERS);
    watchers.forEach(watcher => watcher());
  });
  child.stderr.setEncoding('utf8').on('data', keep);

  const exited = new Promise<Exit>(resolve => {
    child.once('error', error => {
      keep(String(error));
      resolve({ code: 127, signal: null, forced: false });
    });
    // 'close' would come after the last output, but waits for grandchildren that hold the pipe; so the rest is drained briefly.
    child.once('exit', (code, signal) => {
      const finish = (): void => {
        clearTimeout(timer);
        if (!running.delete(pid)) return;
        killGroup(pid);
        resolve({ code, signal, forced: isForced });
      };
      // Behind what has come meanwhile: this process may have stood still as well.
      const timer = setTimeout(() => setImmediate(finish), 500);
      child.once('close', finish);
    });
  });

  const waitForOutput = async (pattern: RegExp, withinMs = 40_000): Promise<RegExpExecArray> => {
    let timer: NodeJS.Timeout | undefined;
    let look: () => void = () => {};
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      look = () => {
        const match = pattern.exec(stdout);
        if (match !== null) resolve(match);
      };
      watchers.add(look);
      timer = setTimeout(() => reject(new Error(`${command}: no ${pattern} in ${withinMs} ms:\n${output}`)), withinMs);
      look();
      void exited.then(exit => {
        look();
        reject(new EarlyExit(command, exit, output));
      });
    });
    try {
      return await found;
    } finally {
      clearTimeout(timer);
      watchers.delete(look);
    }
  };

  const stop = async (killAfterMs = 20_000): Promise<Exit> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      isForced = true;
      killGroup(pid);
    }, killAfterMs);
    const exit = await exited;
    clearTimeout(timer);
    return exit;
  };

  return {
    pid,
    exited,
    output: () => output,
    waitForOutput,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** Only ever given the process group of a child started here. */
function killGroup(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nothing of the group is left, which is what was wanted.
  }
}
