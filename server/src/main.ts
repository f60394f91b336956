import { FramewireError } from './errors.js';
import { loadOneByOne } from './ops/load-one-by-one.js';
import { tooFewFiles } from './transport/listen/open-files.js';
import { withoutSecrets } from './ops/url-secrets.js';

/** A process that may open fewer files than the program has modules ends while it loads them. */
function explain(error: unknown): unknown {
  return error instanceof Error && 'code' in error && error.code === 'EMFILE' ? tooFewFiles() : error;
}

/** A refusal has a sentence; anything else is a fault, and its stack helps to find it. */
function told(error: unknown): string {
  if (!(error instanceof FramewireError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint = error.hint === '' ? '' : `\n${error.hint}`;
  return `${error.message}${hint} [${error.code}]`;
}

// Who lists processes reads what they were started with, until they give themselves another title.
if (process.argv.some(argument => withoutSecrets(argument) !== argument)) process.title = 'framewire';

try {
  loadOneByOne(new URL('./cli/command.js', import.meta.url));
  const { runCommand } = await import('./cli/command.js');
  await runCommand();
} catch (thrown) {
  const error = explain(thrown);
  process.stderr.write(withoutSecrets(`${told(error)}\n`));
  process.exitCode = error instanceof FramewireError ? (error.exitCode ?? 1) : 1;
}
