import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serverSettings, streamSettings } from '../../../server/src/config/settings.js';

describe('the settings', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8').replaceAll(/ {2,}/g, ' ');

  it.each(Object.entries({ ...streamSettings, ...serverSettings }))(
    '%s stands in the README as it is',
    (key, setting) => {
      const option = `--${key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
      expect(setting.description).toBeDefined();
      const means = setting.description ?? '';
      expect(readme).toContain(`| \`${key}\` \`${option}\` | ${means} |`);
    },
  );
});
