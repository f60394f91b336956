import { expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { openFirefox } from './firefox.js';
import { servePage } from './page-server.js';
import { missing, skipBecause } from '../requires.js';

it('opens a page in Firefox, which draws and tells what it sees', async context => {
  skipBecause(context, missing('firefox-esr'));
  await using site = await servePage(
    () => `<!doctype html><script>
      requestAnimationFrame(() => fetch('/report', { method: 'POST', body: navigator.userAgent }));
    </script>`,
  );
  await using _ = await openFirefox(site.url);
  expect(await eventually(() => site.reports[0], 'report', 60_000)).toContain('Firefox/');
});
