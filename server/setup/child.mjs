import { spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const KILL_AFTER_MS = 3000;

/** Said when set-up cannot go on: its message is all that a person needs to read. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';

  /**
   * @param {string} message
   * @param {number} exitCode
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * @typedef {object} Work
 * @property {string} command a path, or a name on the PATH
 * @property {string[]} args
 * @property {string} cwd
 * @property {Record<string, string>} [env] added to ours
 * @property {(pid: number | undefined) => void} [onStart]
 * @property {(output: string) => void} [onOutput] called with all that it has printed so far
 * @property {() => void} [onLastWork] says that it must not be cut off: when we are interrupted, it alone is asked to
 * end, may take its time, and this is called
 *
 * @typedef {object} Ended
 * @property {number | null} exitCode 127 when it could not be run
 * @property {string | null} signal
 * @property {string} output
 */

/**
 * Runs a program and keeps what it prints, for whoever has to explain a failure. Ctrl+C and SIGTERM end it with all
 * that it has started, and wait for that.
 *
 * @param {Work} work
 * @returns {Promise<Ended>}
 * @throws {SetupError} with exit code 130 or 143 when it was interrupted
 */
export async function runChild({ command, args, cwd, env, onStart, onOutput, onLastWork }) {
  // In a group of its own, so that one signal reaches everything below it, and ours alone decides when.
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    shell: process.platform === 'win32' && !isAbsolute(command),
  });
  onStart?.(child.pid);
  let output = '';
  /** @param {string} text */
  const keep = text => {
    output += text;
    onOutput?.(output);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);

  /** @type {string | undefined} */
  let interrupted;
  /** @param {string} signal */
  const interrupt = signal => {
    interrupted = signal;
    if (onLastWork === undefined) {
      endGroup(child, 'SIGTERM');
      setTimeout(() => endGroup(child, 'SIGKILL'), KILL_AFTER_MS).unref();
    } else {
      child.kill('SIGINT');
      onLastWork();
    }
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    const ended = await new Promise(resolve => {
      child.on('close', (exitCode, signal) => resolve({ exitCode, signal, output }));
      child.on('error', error =>
        resolve({ exitCode: 127, signal: null, output: `${command} cannot be run: ${error.message}` }),
      );
    });
    if (interrupted === undefined) return ended;
    throw new SetupError('Interrupted; the same command again does the rest.', interrupted === 'SIGINT' ? 130 : 143);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/**
 * @param {[RegExp, string][]} causes what programs say, and what a person can do about it; the first that fits counts
 * @param {string} what was tried: `npm ci`
 * @param {Ended} ended
 * @returns {string} one sentence
 */
export function explain(causes, what, { exitCode, signal, output }) {
  const cause = causes.find(([pattern]) => pattern.test(output));
  if (cause !== undefined) return cause[1];
  if (signal === 'SIGKILL') return `${what} was killed, most likely for lack of memory.`;
  return `${what} failed (${signal ?? `exit code ${exitCode}`}); what it said is above.`;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function endGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}
