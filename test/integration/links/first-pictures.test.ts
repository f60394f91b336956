import { describe, expect, it } from 'vitest';
import { EmulatedLink } from '../../support/link/emulated-link.js';
import { eventually } from '../../support/eventually.js';
import { startServer } from '../../support/server/server.js';
import { Viewer } from '../../support/server/viewer.js';

const widths = (viewer: Viewer) => viewer.frames.map(({ header }) => header?.width);

/** What it was told of each rendition that it was given. */
const answers = (viewer: Viewer) => viewer.messages.filter(message => message.type === 'subscribed');

/** A test that is not scheduled for some ms reports a slow link: then it is tried again. */
const PATIENT = { retry: 3 };

describe('the first pictures of a viewer on this machine', PATIENT, () => {
  it.each([
    ['1280x720', 30],
    ['1280x720', 90],
    ['3840x2160', 30],
  ])('of %s at quality %d have full size from the second on, with nobody else watching', async (size, quality) => {
    await using server = await startServer(['--source', 'test', '--size', size]);
    await using viewer = await Viewer.open(server.url, { subscribe: { mode: 'auto', quality } });
    await viewer.nextFrames(2, 30_000);
    expect(`${widths(viewer)[1]}`).toBe(size.split('x')[0]);
    expect(answers(viewer).map(({ why }) => why)).not.toContainEqual(expect.stringMatching(/link/));
  });

  it.each([
    ['1280x720', 75],
    ['3840x2160', 30],
  ])('are what another one watches: %s at quality %d', async (size, quality) => {
    await using server = await startServer(['--source', 'test', '--size', size]);
    await using first = await Viewer.open(server.url, { subscribe: { mode: 'fixed', quality } });
    await first.nextFrames(1, 30_000);
    const isGivenTheSame = async () => {
      await using newcomer = await Viewer.open(server.url, { subscribe: { mode: 'auto', quality } });
      await newcomer.nextFrames(1, 30_000);
      const isSame = answers(newcomer)[0]?.rendition.id === answers(first)[0]?.rendition.id;
      return isSame && `${widths(newcomer)[0]}` === size.split('x')[0];
    };
    // From when it is known what the path to this address carries.
    await eventually(isGivenTheSame, 'newcomer that is given what is there', 50_000);
  });
});

describe('the first pictures of a viewer behind a slow link through a proxy on this machine', PATIENT, () => {
  it('are small although others on this machine have large ones, and nothing is said of its link', async () => {
    await using server = await startServer(['--source', 'test', '--size', '3840x2160']);
    await using near = await Viewer.open(server.url, { subscribe: { mode: 'fixed' } });
    await eventually(() => near.frameCount > 60, 'sixty frames', 40_000);
    const target = { host: '127.0.0.1', port: server.port };
    await using link = await EmulatedLink.start(target, { rate: 1e6, rttMs: 40 });
    await using far = await Viewer.open(link.url, { subscribe: { mode: 'auto' } });
    await far.nextFrames(2, 30_000);
    const bytes = far.frames.slice(0, 2).map(({ payload }) => payload.length);
    expect(Math.max(...bytes)).toBeLessThan(60_000);
    expect(answers(far)[0]?.why).toBe('');
  });
});
