import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSettingsFile, parseSettingsFile } from '../../../server/src/config/settings-file.js';
import { FramewireError } from '../../../server/src/errors.js';
import { variablesOf } from '../../../server/src/config/variables.js';
import { seededRandom } from '../../support/random.js';

function parse(text: string, variables: Record<string, string> = {}) {
  const secrets: string[] = [];
  const file = '/etc/framewire/framewire.yaml';
  const settings = parseSettingsFile(
    { text, file },
    name => variables[name],
    secret => void secrets.push(secret),
  );
  return { ...settings, secrets };
}

/** @returns what it is refused with; empty when it is not. @throws what is no refusal. */
function refusal(read: () => unknown): string {
  try {
    read();
    return '';
  } catch (error) {
    if (error instanceof FramewireError && error.code === 'bad-config') return error.message;
    throw error;
  }
}

const WHOLE = `
host: "::"
port: 8080
grace: never
maxViewers: 20
allowOrigin: [https://a.example, "*"]
logLevel: debug
logFormat: json
streams:
  gate: rtsp://user:\${GATE_PASSWORD}@gate.lan/live
  "Vorgarten 玄関":
    source: /dev/video0
    title: Am Tor
    size: 640x360
    fps: 12.5
    cameraFormat: mjpg
    capture: ffmpeg
    transform: find-motion.mjs
    rotate: 90
    flip: vertical
`;

describe('a settings file', () => {
  it('has every setting, streams with a source alone or with more, and secrets that stand elsewhere', () => {
    const { server, streams, folder, secrets } = parse(WHOLE, { GATE_PASSWORD: 'hunter2' });
    expect(folder).toBe('/etc/framewire');
    expect(secrets).toEqual(['hunter2']);
    expect(server).toEqual({
      host: '::',
      port: 8080,
      grace: 'never',
      maxViewers: 20,
      allowOrigin: ['https://a.example', '*'],
      logLevel: 'debug',
      logFormat: 'json',
    });
    expect(streams).toEqual([
      { name: 'gate', source: 'rtsp://user:hunter2@gate.lan/live', place: 'framewire.yaml:10: streams.gate' },
      {
        name: 'Vorgarten 玄関',
        source: '/dev/video0',
        place: 'framewire.yaml:11: streams.Vorgarten 玄関',
        title: 'Am Tor',
        size: { width: 640, height: 360 },
        fps: 12.5,
        cameraFormat: 'mjpg',
        capture: 'ffmpeg',
        transform: 'find-motion.mjs',
        rotate: 1,
        flip: { turns: 2, isMirrored: true },
      },
    ]);
  });

  it('may be empty, and a variable may have something to stand in for it', () => {
    expect(parse('')).toMatchObject({ server: {}, streams: undefined });
    expect(parse('# nothing yet\n')).toMatchObject({ server: {}, streams: undefined });
    expect(parse('port: ${PORT:-9000}').server).toEqual({ port: 9000 });
    expect(parse('port: ${PORT:-9000}', { PORT: '80' }).server).toEqual({ port: 80 });
  });

  it.each([
    ['fps: 5', ['framewire.yaml:1: fps is not a setting.']],
    ['port: 99999', ['framewire.yaml:1: port is a whole number from 0 to 65535, not 99999.']],
    ['port: 80.5', ['framewire.yaml:1: port is a whole number from 0 to 65535, not 80.5.']],
    ['port:', ['framewire.yaml:1: port is a whole number from 0 to 65535, not .']],
    [
      'grace: soon',
      ['framewire.yaml:1: grace is a number of seconds up to 86400, or "never" to keep sources open, not soon.'],
    ],
    ['# a\n\nallowOrigin:\n  - https://a.example\n  - a.example\n', ['framewire.yaml:5: allowOrigin.1 is an origin']],
    [
      'streams:\n  gate:\n    source: test\n    fps: 500',
      ['framewire.yaml:4: streams.gate.fps is a number from 0.01 to 240, not 500.'],
    ],
    ['streams:\n  gate:\n    source: test\n    fsp: 5', ['framewire.yaml:4: streams.gate.fsp is not a setting.']],
    ['streams:\n  gate:\n    fps: 5', ['framewire.yaml:2: streams.gate.source is missing.']],
    ['streams:\n  gate: [test]', ['framewire.yaml:2: streams.gate is a source, or a list of settings with a source']],
    ['streams: test', ['framewire.yaml:1: streams is a list of names, each with a source.']],
    ['streams:\n  a/b: test', ['framewire.yaml:2: streams.a/b has one of these, which no name may have']],
    ['streams:\n  gate: rtsp://${USER}@gate', ['framewire.yaml:2: streams.gate needs ${USER}, which is not set.']],
    ['- a', ['framewire.yaml:1: The file is a list of settings, as port: 8080']],
    ['port: 8080\nport: 9090', ['framewire.yaml:2: This is not YAML. Map keys must be unique.']],
    ['port: 0\nstreams: {', ['framewire.yaml:2: This is not YAML.']],
    [
      'port: -1\nsize: 3x3\nmaxViewers: 0',
      ['framewire.yaml:1: port', 'framewire.yaml:3: maxViewers', 'framewire.yaml:2: size is not'],
    ],
  ])('is refused with the line of each mistake: %j', (text, sentences) => {
    for (const sentence of sentences) expect(() => parse(text)).toThrow(sentence);
  });

  it('never gives a value of a variable away', () => {
    const text = 'port: ${SECRET}\nstreams:\n  gate:\n    source: rtsp://${SECRET}@gate\n    fps: ${SECRET}';
    expect(() => parse(text, { SECRET: 'hunter2' })).toThrow('framewire.yaml:1: port is a whole number');
    expect(() => parse(text, { SECRET: 'hunter2' })).not.toThrow('hunter2');
  });

  it('is read or refused with a sentence, whatever of it is missing or replaced', () => {
    const random = seededRandom(17);
    for (let i = 0; i < 2000; i += 1) {
      const at = Math.floor(random() * WHOLE.length);
      const cut =
        random() < 0.5
          ? WHOLE.slice(0, at)
          : `${WHOLE.slice(0, at)}${random().toString(36).slice(2, 4)}${WHOLE.slice(at + 2)}`;
      expect(refusal(() => parse(cut, { GATE_PASSWORD: 'hunter2' }))).toMatch(/^$|^framewire\.yaml:\d+: /);
    }
  });
});

describe('users of a settings file', () => {
  const TOKEN = 'a-token-of-twenty-01';
  const DIGEST = createHash('sha256').update(TOKEN).digest();

  it('have a token that stands elsewhere or a digest of one, a role, streams and an end', () => {
    const { users, secrets } = parse(
      [
        'users:',
        '  anna: {token: "${ANNA_TOKEN}"}',
        `  bob: {token: "sha256:${createHash('sha256').update('b').digest('hex')}", role: control, streams: [gate, yard-*]}`,
        `  wall: {token: "sha256:${createHash('sha256').update('w').digest('base64url')}", streams: gate, expires: 2030-12-31T18:00:00+01:00}`,
      ].join('\n'),
      { ANNA_TOKEN: TOKEN },
    );
    const all = { role: 'view', streams: ['*'], expiresAt: Infinity };
    expect(users).toEqual([
      { ...all, name: 'anna', digest: DIGEST },
      {
        ...all,
        name: 'bob',
        role: 'control',
        streams: ['gate', 'yard-*'],
        digest: createHash('sha256').update('b').digest(),
      },
      {
        ...all,
        name: 'wall',
        streams: ['gate'],
        digest: createHash('sha256').update('w').digest(),
        expiresAt: Date.UTC(2030, 11, 31, 17),
      },
    ]);
    expect(secrets).toContain(TOKEN);
    expect(parse('port: 1').users).toEqual([]);
  });

  it.each([
    ['users: anna', 'framewire.yaml:1: users is a list of names, each with a token.'],
    ['users:\n  anna: view', 'framewire.yaml:2: users.anna is a list of settings with a token.'],
    ['users:\n  anna:\n    role: view', 'framewire.yaml:2: users.anna.token is 16 to 200 letters'],
    ['users:\n  anna:\n    token: hunter2', 'framewire.yaml:3: users.anna.token is 16 to 200 letters'],
    [
      'users:\n  anna:\n    token: ${NOWHERE}',
      'framewire.yaml:3: users.anna.token needs ${NOWHERE}, which is not set.',
    ],
    ['users:\n  anna:\n    token: sha256:abc', 'framewire.yaml:3: users.anna.token is 16 to 200 letters'],
    [
      `users:\n  anna:\n    token: ${TOKEN}\n    role: root`,
      'framewire.yaml:4: users.anna.role is view, control, publish or admin, not root.',
    ],
    [
      `users:\n  anna:\n    token: ${TOKEN}\n    streams: []`,
      'framewire.yaml:4: users.anna.streams is a name of a stream',
    ],
    [
      `users:\n  anna:\n    token: ${TOKEN}\n    expires: soon`,
      'framewire.yaml:4: users.anna.expires is a time, as 2030-12-31T18:00:00Z, not soon.',
    ],
    [`users:\n  anna:\n    token: ${TOKEN}\n    rolle: view`, 'framewire.yaml:4: users.anna.rolle is not a setting.'],
    [
      `users:\n  owner:\n    token: ${TOKEN}`,
      'framewire.yaml:2: users.owner is the owner, whose token stands elsewhere',
    ],
    [
      `users:\n  anna:\n    token: ${TOKEN}\n  bob:\n    token: ${TOKEN}`,
      'framewire.yaml:5: users.bob.token is the one of anna as well.',
    ],
  ])('are refused with the line, and without the token: %j', (text, sentence) => {
    const said = refusal(() => parse(text));
    expect(said).toContain(sentence);
    expect(said).not.toMatch(/hunter2|a-token-of/);
  });
});

describe('where settings are looked for', () => {
  it('is the given file, else the folder of the unit, else that of the user', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'framewire-'));
    try {
      const user = path.join(root, 'user');
      const unit = path.join(root, 'unit');
      const environment = { CONFIGURATION_DIRECTORY: unit, XDG_CONFIG_HOME: user };
      expect(findSettingsFile('own.yaml', environment)).toBe(path.resolve('own.yaml'));
      expect(findSettingsFile(undefined, environment)).toBeUndefined();
      mkdirSync(path.join(user, 'framewire'), { recursive: true });
      writeFileSync(path.join(user, 'framewire/framewire.yaml'), '');
      expect(findSettingsFile(undefined, environment)).toBe(path.join(user, 'framewire/framewire.yaml'));
      mkdirSync(unit);
      writeFileSync(path.join(unit, 'framewire.yaml'), '');
      expect(findSettingsFile(undefined, environment)).toBe(path.join(unit, 'framewire.yaml'));
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('credentials of systemd count more than the environment', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'framewire-'));
    try {
      writeFileSync(path.join(folder, 'GATE'), 'from a file\n');
      const variables = variablesOf({ CREDENTIALS_DIRECTORY: folder, GATE: 'from the environment', YARD: 'there' });
      expect([variables('GATE'), variables('YARD'), variables('DOOR')]).toEqual(['from a file', 'there', undefined]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
