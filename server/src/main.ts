import { FramewireError, messageOf } from './errors.js';
import { loadOneByOne } from './ops/load-one-by-one.js';
import { tooFewFiles } from './transport/listen/open-files.js';
import { withoutUrlSecrets } from './ops/url-secrets.js';

/** A process that may open fewer files than the program has modules ends while it loads them. */
function explain(error: unknown): unknown {
  return error instanceof Error && 'code' in error && error.code === 'EMFILE' ? tooFewFiles() : error;
}

try {
  loadOneByOne(new URL('./cli/command.js', import.meta.url));
  const { runCommand } = await import('./cli/command.js');
  await runCommand();
} catch (thrown) {
  const error = explain(thrown);
  if (!(error instanceof FramewireError)) throw error;
  const hint = error.hint === '' ? '' : `\n${error.hint}`;
  process.stderr.write(withoutUrlSecrets(`${messageOf(error)}${hint} [${error.code}]\n`));
  process.exitCode = error.exitCode ?? 1;
}
