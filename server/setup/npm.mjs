import { spawn } from 'node:child_process';

/** Said by `prepare` when set-up cannot go on: its message is all that a person needs to read. */
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
 * What npm, tsc or the system say, and what a person can do about it. The first that fits counts.
 *
 * @type {[RegExp, string][]}
 */
const CAUSES = [
  [/ENOSPC/, 'The disk is full: an install needs about 600 MB. Free some space and start again.'],
  [
    /EROFS|EACCES|EPERM/,
    'A file may not be written: see that this user owns this folder and ~/.npm, then start again.',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERT_/,
    "The registry's certificate is not trusted: a proxy may be in between (npm's setting `cafile`).",
  ],
  [
    /\b(E401|E403|E407)\b/,
    'The npm registry refused the request: see the registry and proxy settings with `npm config list`.',
  ],
  [/\b(E404|ETARGET)\b/, 'The npm registry does not have a package that is needed: see `npm config get registry`.'],
  [
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR/,
    'The npm registry cannot be reached: the first start needs the network. Check the connection or the proxy and start again.',
  ],
  [
    /can only install packages when your package\.json and package-lock\.json/,
    'package.json and package-lock.json do not agree: `npm install` brings them together.',
  ],
  [/EBADENGINE/, 'A package needs another version of Node than this one.'],
  [
    /heap out of memory/,
    'There is not enough memory to build: close something, or build on another machine and copy the folder.',
  ],
];

/**
 * @param {string} what was tried: `npm ci`
 * @param {string} output all that it printed
 * @param {number | null} exitCode
 * @param {string | null} signal that ended it
 * @returns {string} one sentence: what to do
 */
export function explainFailure(what, output, exitCode, signal) {
  const cause = CAUSES.find(([pattern]) => pattern.test(output));
  if (cause !== undefined) return cause[1];
  if (signal === 'SIGKILL') return `${what} was killed, most likely for lack of memory.`;
  return `${what} failed (${signal ?? `exit code ${exitCode}`}); what it said is above.`;
}

/**
 * Runs npm and keeps what it prints; shows it only when it fails. Ctrl+C and SIGTERM end npm with all that it has
 * started, and wait for that.
 *
 * @param {string} root
 * @param {string[]} args
 * @param {(pid: number | undefined) => void} onStart
 * @throws {SetupError} with exit code 130 or 143 when it was interrupted
 */
export async function npm(root, args, onStart) {
  const what = `npm ${args.filter(arg => !arg.startsWith('--')).join(' ')}`;
  const isWindows = process.platform === 'win32';
  // The npm that runs us, if one does: PATH may have another or none.
  const cli = process.env['npm_execpath'];
  const [command, ...first] = cli !== undefined && /\.[cm]?js$/.test(cli) ? [process.execPath, cli] : ['npm'];
  // In a group of its own, so that one signal reaches everything below it, and ours alone decides when.
  const child = spawn(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !isWindows,
    shell: isWindows && command === 'npm',
  });
  onStart(child.pid);
  let output = '';
  /** @param {string} text */
  const keep = text => (output += text);
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);

  /** @type {string | undefined} */
  let interrupted;
  /** @param {string} signal */
  const interrupt = signal => {
    interrupted = signal;
    endGroup(child, 'SIGTERM');
    setTimeout(() => endGroup(child, 'SIGKILL'), 3000).unref();
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const { exitCode, signal } = await ended(child);
    if (interrupted !== undefined) throw interruption(interrupted);
    if (exitCode === 0) return;
    throw new SetupError(`${shorten(output)}\n\n${explainFailure(what, output, exitCode, signal)}`);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/**
 * The cause stands at either end of what npm prints, with its manual in between.
 *
 * @param {string} output
 */
function shorten(output) {
  const lines = output
    .trim()
    .split('\n')
    .filter(line => !line.startsWith('npm warn'));
  if (lines.length <= 60) return lines.join('\n');
  return [...lines.slice(0, 30), `[${lines.length - 50} lines left out]`, ...lines.slice(-20)].join('\n');
}

/** @param {string} signal */
function interruption(signal) {
  return new SetupError('Interrupted; the next start goes on from here.', signal === 'SIGINT' ? 130 : 143);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ exitCode: number | null, signal: string | null }>}
 */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal }));
    child.on('error', error =>
      reject(
        new SetupError(`npm cannot be run (${error.message}): install it together with Node, https://nodejs.org.`),
      ),
    );
  });
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
