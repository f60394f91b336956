import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { fakeCamera } from './fake-camera.js';
import { missing } from '../requires.js';
import { run } from '../run.js';
import { ageAt, readTimeCode } from './time-code.js';

const camera = fakeCamera({ formats: ['MJPG'] });
const reason = camera.skip ?? missing('ffmpeg');
const reading = ['-hide_banner', '-loglevel', 'error', '-f', 'v4l2', '-i', '/dev/video0', '-c', 'copy'];

describe.skipIf(reason !== undefined)(`the fake camera${reason === undefined ? '' : ` (${reason})`}`, () => {
  it('gives pictures that carry the time of their capture', async () => {
    if (camera.skip !== undefined) return;
    const startedAt = Date.now();
    const { stdout } = spawnSync('ffmpeg', [...reading, '-frames:v', '1', '-f', 'image2pipe', '-'], {
      env: { ...process.env, ...camera.env },
      maxBuffer: 10_000_000,
    });
    const code = await readTimeCode(stdout);
    expect(code).toBeDefined();
    if (code === undefined) return;
    const age = ageAt(code, Date.now());
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThanOrEqual(Date.now() - startedAt + 1);
  });

  it('vanishes while it is being read and comes back', async () => {
    if (camera.skip !== undefined) return;
    const tee = ['-f', 'null', '-', '-progress', 'pipe:1'];
    await using reader = run('ffmpeg', [...reading, ...tee], { env: camera.env });
    await reader.waitForOutput(/frame=[1-9]/);
    camera.unplug();
    await reader.exited;
    expect(reader.output()).toContain('No such device');
    camera.plug();
    await using again = run('ffmpeg', [...reading, ...tee], { env: camera.env });
    await again.waitForOutput(/frame=[1-9]/);
  });
});
