import { explain, runChild, SetupError } from './child.mjs';

/**
 * What npm, tsc or the system say, and what a person can do about it. The first that fits counts.
 *
 * @type {[RegExp, string][]}
 */
const CAUSES = [
  [/^npm cannot be run/, 'npm cannot be run: install it together with Node, https://nodejs.org.'],
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
 * @param {import('./child.mjs').Ended} ended
 * @returns {string} one sentence: what to do
 */
export function explainFailure(what, ended) {
  return explain(CAUSES, what, ended);
}

/**
 * Runs npm, and shows what it prints only when it fails.
 *
 * @param {string} root
 * @param {string[]} args
 * @param {(pid: number | undefined) => void} onStart
 * @throws {SetupError} with exit code 130 or 143 when it was interrupted
 */
export async function npm(root, args, onStart) {
  const what = `npm ${args.filter(arg => !arg.startsWith('--')).join(' ')}`;
  // The npm that runs us, if one does: PATH may have another or none.
  const cli = process.env['npm_execpath'];
  const [command, ...first] = cli !== undefined && /\.[cm]?js$/.test(cli) ? [process.execPath, cli] : ['npm'];
  const ended = await runChild({ command, args: [...first, ...args], cwd: root, onStart });
  if (ended.exitCode !== 0) throw new SetupError(`${shorten(ended.output)}\n\n${explainFailure(what, ended)}`);
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
