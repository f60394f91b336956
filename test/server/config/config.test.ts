import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../server/src/config/config.js';

const streamsOf = (...source: readonly string[]) => parseConfig({ flags: { source } }).streams;
const namesOf = (...source: readonly string[]) => streamsOf(...source).map(({ name }) => name);

describe('names of streams', () => {
  it('follow from the source, or are given', () => {
    expect(namesOf('camera', '/dev/video0', 'films/Yard at Night.mp4', 'rtsp://cam-2.lan:554/live', 'x=test')).toEqual([
      'camera',
      'video0',
      'yard-at-night',
      'cam-2-lan',
      'x',
    ]);
  });

  it.each([
    ['front door=test', 'front door'],
    ['Küche=test', 'Küche'],
    // The same letter in two parts, as macOS writes it.
    ['Ku\u0308che=test', 'Küche'],
    ['玄関=test', '玄関'],
    ['Вход 2=test', 'Вход 2'],
    ['v1.2 (old)=test', 'v1.2 (old)'],
    [' gate =test', 'gate'],
    ['films/Küche bei Nacht.mp4', 'küche-bei-nacht'],
    ['http://gate.lan/video?a=b', 'gate-lan'],
    ['./a=b.mp4', 'a-b'],
    ['films/a=b.mp4', 'a-b'],
    ['opencv:films/a=b.mp4', 'a-b'],
  ])('%s is named %s', (text, name) => {
    expect(namesOf(text)).toEqual([name]);
  });

  it('do not stand in front of a file whose own name has a = in it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'framewire-'));
    const before = process.cwd();
    try {
      process.chdir(folder);
      writeFileSync('gate=yard.mp4', '');
      expect(streamsOf('gate=yard.mp4')).toMatchObject([{ name: 'gate-yard', spec: { kind: 'file' } }]);
      expect(streamsOf('gate=other.mp4')).toMatchObject([{ name: 'gate', spec: { kind: 'file' } }]);
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    }
  });

  it('are made different where they follow from sources that are alike, and never change when they are given', () => {
    expect(namesOf('test', 'test', 'test', 'test-2=test')).toEqual(['test', 'test-3', 'test-4', 'test-2']);
  });

  it('stay as short as a viewer may ask for', () => {
    const file = `${'n'.repeat(64)}.mp4`;
    const names = namesOf(file, file, file);
    expect(new Set(names).size).toBe(3);
    expect(names.filter(({ length }) => length > 64)).toEqual([]);
  });

  it.each([
    [['gate=test', 'gate=camera'], 'Two sources are named "gate".'],
    [[`${'n'.repeat(65)}=test`], 'The name "nnnnnnnnnnnnnnnnnnnn" has 65 characters; at most 64 are possible.'],
    [['front/door=test'], 'The name "front/door" has one of these, which no name may have'],
    [['=test'], 'The name "" is empty.'],
  ])('%j are refused', (sources, sentence) => {
    expect(() => namesOf(...sources)).toThrow(sentence);
  });
});

describe('layers of settings', () => {
  const file = {
    folder: '/etc/framewire',
    users: [],
    server: { port: 9000, maxViewers: 5, grace: 3, logLevel: 'warn' as const },
    streams: [
      {
        name: 'gate',
        source: 'test',
        place: 'framewire.yaml:2: streams.gate',
        size: { width: 640, height: 360 },
        rotate: 1,
      },
      { name: 'yard', source: 'test', place: 'framewire.yaml:5: streams.yard' },
    ],
  };

  it('count the more the nearer they are to the command', () => {
    const environment = { FRAMEWIRE_PORT: '9001', FRAMEWIRE_MAX_VIEWERS: '6', FRAMEWIRE_LOG_LEVEL: '', HOME: '/root' };
    expect(parseConfig({ flags: { port: '9002' }, environment, file })).toMatchObject({
      port: 9002,
      maxViewers: 6,
      graceMs: 3000,
      logLevel: 'warn',
      maxRenditions: 6,
    });
  });

  it('name streams in one of them only, and say more of those of another', () => {
    const flags = { fps: '5', rotate: ['yard=180'] };
    const { streams } = parseConfig({ flags, environment: { FRAMEWIRE_SIZE: '320x240' }, file });
    expect(streams).toMatchObject([
      { name: 'gate', spec: { size: { width: 320, height: 240 }, fps: 5 }, orientation: { turns: 1 } },
      { name: 'yard', spec: { size: { width: 320, height: 240 }, fps: 5 }, orientation: { turns: 2 } },
    ]);
    expect(parseConfig({ flags: { source: ['door=test'] }, file }).streams).toMatchObject([{ name: 'door' }]);
  });

  it('give streams titles in any script beside their names, which follow where there is none', () => {
    const titled = { ...file, streams: file.streams.map(each => ({ ...each, title: 'Garten 花園' })) };
    const { streams } = parseConfig({ flags: { title: ['gate=Haustu\u0308r = vorn'] }, file: titled });
    expect(streams.map(({ name, title }) => `${name}: ${title}`)).toEqual([
      'gate: Haustür = vorn',
      'yard: Garten 花園',
    ]);
    expect(parseConfig({ flags: {}, file }).streams.map(({ title }) => title)).toEqual(['gate', 'yard']);
    expect(() => parseConfig({ flags: { title: ['barn=Scheune'] }, file })).toThrow('--title names "barn"');
    for (const text of ['', '  ', 'a\nb', 'x'.repeat(101)]) {
      expect(() => parseConfig({ flags: { title: [`gate=${text}`] }, file })).toThrow('--title is a line of 1 to 100');
    }
  });

  it('take a list of origins from the environment', () => {
    const environment = { FRAMEWIRE_ALLOW_ORIGIN: 'https://a.example, https://b.example' };
    expect(parseConfig({ flags: {}, environment }).allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  it.each([
    [{ FRAMEWIRE_PORT: '99999' }, 'FRAMEWIRE_PORT is a whole number from 0 to 65535.'],
    [{ FRAMEWIRE_PROT: '80' }, 'FRAMEWIRE_PROT is not a setting.'],
    [{ FRAMEWIRE_PROT: '80', FRAMEWIRE_FPS: 'fast' }, 'FRAMEWIRE_PROT is not a setting.\nFRAMEWIRE_FPS is a number'],
  ])('of the environment are refused by name: %j', (environment, sentence) => {
    expect(() => parseConfig({ flags: {}, environment })).toThrow(sentence);
  });

  it('tell all that is wrong with the streams of a file, each with its line', () => {
    const streams = [
      { name: 'gate', source: 'ftp://gate', place: 'framewire.yaml:2: streams.gate' },
      { name: 'yard', source: '0', place: 'framewire.yaml:5: streams.yard' },
      { name: 'door', source: 'test', place: 'framewire.yaml:6: streams.door', transform: 'no.mjs' },
    ];
    expect(() => parseConfig({ flags: {}, file: { ...file, streams } })).toThrow(
      [
        'framewire.yaml:2: streams.gate: Framewire cannot open ftp:// sources.',
        'framewire.yaml:5: streams.yard: There is no file /etc/framewire/0. Did you mean: /dev/video0',
        'framewire.yaml:6: streams.door: transform: there is no file no.mjs.',
      ].join('\n'),
    );
  });
});
