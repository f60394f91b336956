import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../run.js';

/** What else a fresh profile would fetch from the internet or ask its user about. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9/',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/**
 * Debian's Firefox, without a window and on a profile of its own, with one page open. Check `missing('firefox-esr')`
 * first. Nothing drives it: its page tells what it sees itself, by a POST to `/report` of a site from `servePage`.
 * The caller ends it: `await using firefox = await openFirefox(site.url)`.
 */
export function openFirefox(url: string): Promise<AsyncDisposable> {
  return startFirefoxProcess([url]);
}

/** The same with arguments of one's own. */
export async function startFirefoxProcess(
  args: readonly string[],
): Promise<AsyncDisposable & { readonly profile: string }> {
  const profile = await mkdtemp(join(tmpdir(), 'framewire-firefox-'));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  // Firefox does not run as root in the home of somebody else, and root's sandbox cannot be had in every container.
  const env = { HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' };
  const firefox = run('firefox-esr', ['--headless', '--no-remote', '--profile', profile, ...args], { env });
  return {
    profile,
    async [Symbol.asyncDispose]() {
      await firefox.stop();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
