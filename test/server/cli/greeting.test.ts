import { describe, expect, it } from 'vitest';
import { greeting } from '../../../server/src/cli/greeting.js';
import type { Entry } from '../../../server/src/access/entry.js';
import type { FramewireServer } from '../../../server/src/server.js';
import type { Reach } from '../../../server/src/transport/listen/addresses.js';

const LOCAL: Reach = { local: ['http://127.0.0.1:8080/', 'http://[::1]:8080/'], network: [], isOpen: false };

const gate: FramewireServer['streams'][number] = {
  name: 'front door',
  id: 0,
  description: 'camera /dev/video0, 1280x720, 30 fps',
  source: { state: 'live' },
  width: 1280,
  height: 720,
  fps: 30,
  viewers: 0,
  captured: 0,
  encoded: 0,
  damaged: 0,
  renditions: [],
  hint: '',
};

const said = (reach: Reach, entry: Entry, { streams = [gate], width = 80, isTerminal = true } = {}) =>
  greeting(
    '1.2.3',
    {
      reach,
      entry,
      certificates: undefined,
      streams,
      reload: () => Promise.resolve({ changed: [], nextStart: [] }),
      close: () => Promise.resolve(),
    },
    { width, isTerminal, qrCode: entry.kind === 'token' && isTerminal ? '##\n##' : '' },
  );

describe('the greeting', () => {
  it('has a title beside the name that addresses have', () => {
    const text = said(LOCAL, { kind: 'this-machine' }, { streams: [{ ...gate, name: 'gate', title: '玄関' }, gate] });
    expect(text).toMatch(/^ {2}gate {8}玄関: camera \/dev\/video0/m);
    expect(text).toMatch(/^ {2}front door {2}camera \/dev\/video0/m);
  });

  it.each<[string, Reach, string, RegExp]>([
    ['this machine alone', LOCAL, 'http://127.0.0.1:8080/', /Only this machine can watch/],
    [
      'all addresses',
      { local: ['http://127.0.0.1:8080/'], network: ['http://10.0.0.5:8080/'], isOpen: true },
      'http://127.0.0.1:8080/',
      /Network: http:\/\/10\.0\.0\.5:8080\/\n.*There is no token: whoever reaches/,
    ],
    [
      'all addresses before there is a network',
      { local: ['http://127.0.0.1:8080/'], network: [], isOpen: true },
      'http://127.0.0.1:8080/',
      /All addresses are listened on.*There is no\s+token: whoever\s+reaches/s,
    ],
    [
      'one address of the network',
      { local: [], network: ['http://10.0.0.5:8080/'], isOpen: true },
      'http://10.0.0.5:8080/',
      /There is no token: whoever reaches/,
    ],
  ])('of a server on %s says who can watch', (_, reach, first, audience) => {
    const text = said(reach, { kind: reach.isOpen ? 'everybody' : 'this-machine' });
    expect(text).toContain(`Open:    ${first}\n`);
    expect(text).toMatch(audience);
    expect(text.includes('Only this machine')).toBe(!reach.isOpen);
  });

  it('says why a source is lost and what to do, and keeps within the terminal', () => {
    const source = { state: 'lost', code: 'source-not-found', reason: 'There is no camera /dev/video7.' } as const;
    const text = said(
      LOCAL,
      { kind: 'this-machine' },
      { streams: [gate, { ...gate, name: 'yard', source, hint: 'Plug it in, or see: ls /dev/video*' }], width: 60 },
    );
    expect(text).toMatch(/Lost: There is no camera \/dev\/video7\. Plug it\n {14}in, or see/);
    expect(text.split('\n').filter(line => line.length > 60)).toEqual([]);
  });

  const network: Reach = { local: ['http://127.0.0.1:8080/'], network: ['http://10.0.0.5:8080/'], isOpen: true };
  const T = 'fw_Q8rWn3kQvB2mXo5sTz1aLg';

  it('has the token in each address, and a code of one, on a terminal', () => {
    const text = said(network, { kind: 'token', token: T, isNew: false });
    expect(text).toContain(
      `Open:    http://127.0.0.1:8080/?token=${T}\n  Network: http://10.0.0.5:8080/?token=${T}\n\n  ##\n  ##\n`,
    );
    expect(text).toContain('not encrypted');
  });

  it('has the token in a journal once, when it is made', () => {
    const told = (isNew: boolean) => said(network, { kind: 'token', token: T, isNew }, { isTerminal: false });
    expect(told(true)).toContain(`Network: http://10.0.0.5:8080/?token=${T}`);
    expect(told(false)).not.toContain(T);
    expect(told(false)).toContain('npm start -- token show');
  });

  it('says nothing of encryption where nothing goes over a network', () => {
    expect(said(LOCAL, { kind: 'token', token: T, isNew: false })).not.toContain('encrypted');
  });
});
