import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { openPage } from '../support/browser/browser.js';
import { dashboardTest, isLive } from '../support/browser/dashboard-test.js';
import { describeWith } from '../support/describe-with.js';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const SCHEMES = [
  { colorScheme: 'dark', forcedColors: 'none' },
  { colorScheme: 'light', forcedColors: 'none' },
  { colorScheme: 'light', forcedColors: 'active' },
] as const;

/** What is on the page, and how to get there from where it starts. */
const STATES: Record<string, { hash: string; go: (page: Page) => Promise<unknown> }> = {
  'a live picture': { hash: '', go: isLive },
  'what words mean': {
    hash: '',
    go: async page => {
      for (const summary of await page.locator('summary:visible').all()) await summary.click();
    },
  },
  'a stream that is not there': { hash: '#stream=barn', go: page => page.locator('#ways-out a').first().waitFor() },
  'the grid and its settings': {
    hash: '#view=grid',
    go: page => page.getByRole('button', { name: 'Settings' }).click(),
  },
  'the links': { hash: '', go: page => page.getByRole('button', { name: 'Links' }).click() },
  'the page that asks for a token': { hash: 'sign-in.html', go: page => page.getByLabel('Token').waitFor() },
  'the help': { hash: '', go: page => page.getByRole('button', { name: 'Help' }).click() },
};

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** What depends on the scheme: the rest is the same in all of them. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** One line for each violation of WCAG 2.2 A and AA, and of what axe calls good practice. @param runOnly rules; absent: all */
async function violations(page: Page, runOnly?: readonly string[]): Promise<string[]> {
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly });
  const found = await page.evaluate<Violation[]>(`axe.run(${options}).then(({ violations }) => violations)`);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}

const test = dashboardTest(['--source', 'gate=test', '--source', 'yard=test', '--size', '320x180']);

describeWith(['chromium'], 'axe finds nothing in the dashboard', () => {
  test.for(SIZES)('at $width x $height, in all states and schemes', async (viewport, { browser, server }) => {
    const found: string[] = [];
    for (const [name, { hash, go }] of Object.entries(STATES)) {
      await using watched = await openPage(browser, `${server.url}/${hash}`, { viewport });
      await go(watched.page);
      // Not as a script element: the page's policy forbids those of others.
      await watched.page.evaluate(await readFile(AXE, 'utf8'));
      for (const scheme of SCHEMES) {
        await watched.page.emulateMedia({ ...scheme, reducedMotion: 'reduce' });
        const seen = await violations(watched.page, scheme === SCHEMES[0] ? undefined : COLOUR_RULES);
        found.push(...seen.map(what => `${name}, ${JSON.stringify(scheme)}: ${what}`));
      }
    }
    expect(found).toEqual([]);
  });
});
