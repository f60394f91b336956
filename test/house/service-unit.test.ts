import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { missing, skipBecause } from '../support/requires.js';

const ops = fileURLToPath(new URL('../../server/ops', import.meta.url));
const unit = join(ops, 'framewire.service');

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

it('the socket for systemd is one that it takes, beside the service', context => {
  skipBecause(context, missing('systemd'));
  const folder = mkdtempSync(join(tmpdir(), 'framewire-units-'));
  try {
    const socket = join(folder, 'framewire.socket');
    copyFileSync(join(ops, 'framewire.socket'), socket);
    const service = readFileSync(unit, 'utf8').replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true');
    writeFileSync(join(folder, 'framewire.service'), service);
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', socket], {
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
