import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { missing, skipBecause } from '../support/requires.js';

const unit = fileURLToPath(new URL('../../server/ops/framewire.service', import.meta.url));

it('the unit for systemd gives away little: an exposure of 2.0 at most, where 9.6 is that of a bare service', context => {
  skipBecause(context, missing('systemd'));
  const { stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
    encoding: 'utf8',
  });
  // A line that systemd does not understand is named here, and left out.
  expect(stderr).not.toContain('framewire.service:');
  const [, exposure] = /exposure level for framewire\.service: ([\d.]+)/.exec(stdout) ?? [];
  expect(exposure).toBeDefined();
  expect(Number(exposure)).toBeLessThanOrEqual(2);
});
