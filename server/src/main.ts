import { FramewireError, messageOf } from './errors.js';
import { withoutUrlSecrets } from './ops/url-secrets.js';

/** A process that may open fewer files than the program has modules ends while it loads them. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) return error;
  const message = 'This process may not have as many files open as Framewire needs to start.';
  return new FramewireError('too-few-files', message, 'Raise the limit: ulimit -n 1024');
}

try {
  const { runCommand } = await import('./cli/command.js');
  await runCommand();
} catch (thrown) {
  const error = explain(thrown);
  if (!(error instanceof FramewireError)) throw error;
  const hint = error.hint === '' ? '' : `\n${error.hint}`;
  process.stderr.write(withoutUrlSecrets(`${messageOf(error)}${hint} [${error.code}]\n`));
  process.exitCode = error.exitCode ?? 1;
}
