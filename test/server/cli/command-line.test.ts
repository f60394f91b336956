import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseCommandLine } from '../../../server/src/cli/command-line.js';
import type { Config } from '../../../server/src/config/config.js';
import { FramewireError } from '../../../server/src/errors.js';
import { videoDevices } from '../../../server/src/source/camera.js';

function configOf(...args: readonly string[]): Config {
  const command = parseCommandLine(args, '1.2.3');
  if (command.kind !== 'run') throw new Error('Nothing is to be run.');
  return command.config;
}

function refusalOf(...args: readonly string[]): FramewireError {
  try {
    parseCommandLine(args, '1.2.3');
  } catch (error) {
    if (error instanceof FramewireError) return error;
    throw error;
  }
  throw new Error(`${args.join(' ')} was accepted.`);
}

/** What goes to stdout. */
function printedBy(option: string, width = 80): string {
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(parseCommandLine([option], '1.2.3', { environment: {}, width })).toEqual({ kind: 'done' });
  return print.mock.calls.map(([text]) => String(text)).join('');
}

describe('the command line', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    [['--tls'], { kind: 'self-made', names: [] }],
    [
      ['--tls-name', 'cameras.example.org', '--tls-name', '203.0.113.7'],
      { kind: 'self-made', names: ['cameras.example.org', '203.0.113.7'] },
    ],
    [
      ['--tls-cert', '/etc/cert.pem', '--tls-key', '/etc/key.pem'],
      { kind: 'files', cert: '/etc/cert.pem', key: '/etc/key.pem' },
    ],
    [[], undefined],
  ])('takes %j for TLS', (args, tls) => {
    expect(configOf(...args).tls).toEqual(tls);
  });

  it.each([
    [['--tls-cert', 'cert.pem'], '--tls-cert and --tls-key belong together.'],
    [['--tls-key', 'key.pem'], '--tls-cert and --tls-key belong together.'],
    [
      ['--tls-cert', 'a', '--tls-key', 'b', '--tls-name', 'c'],
      '--tls-name is for a certificate that Framewire makes, and --tls-cert names another.',
    ],
    [
      ['--tls-name', 'https://c'],
      '--tls-name is a name or an address, as cameras.example.org, without https:// and without a port.',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => configOf(...args)).toThrow(message);
  });

  it('needs nothing: a camera if there is one, else the test pattern, for this machine alone', () => {
    const name = videoDevices().length > 0 ? 'camera' : 'test';
    expect(configOf()).toMatchObject({
      streams: [{ name }],
      host: 'localhost',
      port: 8080,
      graceMs: 10_000,
      maxViewers: 1000,
      maxRenditions: 6,
      allowedOrigins: [],
    });
  });

  it('takes every setting', () => {
    const config = configOf(
      ...['--source', 'gate=/dev/video2', '--source', 'yard=test', '--size', '640x480', '--fps', '12.5'],
      ...['--camera-format', 'mjpg', '--host', '::', '--port', '0', '--grace', '0.5', '--max-viewers', '7'],
      ...['--capture', 'opencv', '--transform', 'package.json', '--transform', 'yard=README.md'],
      ...['--rotate', 'yard=90', '--rotate', '180', '--flip', 'yard=vertical'],
      ...['--max-renditions', '3', '--allow-origin', 'https://a.example', '--allow-origin', 'http://b.example:81'],
      '--title',
      'gate=Haustür',
      '--verbose',
    );
    const asked = { size: { width: 640, height: 480 }, fps: 12.5 };
    expect(config).toEqual({
      streams: [
        {
          name: 'gate',
          title: 'Haustür',
          description: 'camera /dev/video2',
          spec: { kind: 'camera', device: '/dev/video2', format: 'mjpg', capture: 'opencv', ...asked },
          orientation: { turns: 2, isMirrored: false },
          transform: path.resolve('package.json'),
        },
        {
          name: 'yard',
          title: 'yard',
          description: 'test pattern',
          spec: { kind: 'test', ...asked },
          orientation: { turns: 3, isMirrored: true },
          transform: path.resolve('README.md'),
        },
      ],
      host: '::',
      port: 0,
      graceMs: 500,
      maxViewers: 7,
      maxRenditions: 3,
      allowedOrigins: ['https://a.example', 'http://b.example:81'],
      users: [],
      logLevel: 'debug',
      logFormat: undefined,
    });
    expect(configOf('--grace', 'never').graceMs).toBe(Infinity);
    expect(configOf('--allow-origin', '*').allowedOrigins).toEqual(['*']);
    expect(configOf('--quiet').logLevel).toBe('warn');
    expect(configOf('--log-level', 'error', '--log-format', 'json')).toMatchObject({
      logLevel: 'error',
      logFormat: 'json',
    });
  });

  it.each([
    ['--port', '65536', '--port is a whole number from 0 to 65535.'],
    ['--port', '-1', '--port is a whole number from 0 to 65535.'],
    ['--port', '80.5', '--port is a whole number from 0 to 65535.'],
    ['--port', 'http', '--port is a whole number from 0 to 65535.'],
    // A variable of the shell that is not set: 0 would be any port.
    ['--port', '', '--port is a whole number from 0 to 65535.'],
    ['--fps', '0.009', '--fps is a number from 0.01 to 240.'],
    ['--fps', '0', '--fps is a number from 0.01 to 240.'],
    ['--fps', '241', '--fps is a number from 0.01 to 240.'],
    ['--fps', 'fast', '--fps is a number from 0.01 to 240.'],
    ['--size', '640', '--size is width x height, as 1280x720.'],
    ['--size', '640x', '--size is width x height, as 1280x720.'],
    ['--size', '31x480', '--size is from 32x32 to 16384x16384.'],
    ['--size', '640x16385', '--size is from 32x32 to 16384x16384.'],
    ['--camera-format', 'h264', '--camera-format is auto, yuyv or mjpg.'],
    ['--capture', 'gstreamer', '--capture is auto, ffmpeg or opencv.'],
    ['--host', '', '--host is an address or a name.'],
    ['--grace', '-1', '--grace is a number of seconds up to 86400, or "never" to keep sources open.'],
    ['--grace', '86401', '--grace is a number of seconds up to 86400, or "never" to keep sources open.'],
    ['--grace', 'ever', '--grace is a number of seconds up to 86400, or "never" to keep sources open.'],
    ['--max-viewers', '0', '--max-viewers is a whole number from 1 to 100000.'],
    ['--max-viewers', '100001', '--max-viewers is a whole number from 1 to 100000.'],
    ['--max-renditions', '0', '--max-renditions is a whole number from 1 to 64.'],
    ['--max-renditions', '65', '--max-renditions is a whole number from 1 to 64.'],
    [
      '--allow-origin',
      'example.org',
      '--allow-origin is an origin, as https://example.org without a path, or * for all.',
    ],
    [
      '--allow-origin',
      'https://example.org/page',
      '--allow-origin is an origin, as https://example.org without a path, or * for all.',
    ],
  ])('refuses %s "%s" with exit code 2: %s', (option, value, sentence) => {
    const refusal = refusalOf(option, value);
    expect(refusal.message).toBe(sentence);
    expect(refusal).toMatchObject({ code: 'bad-option', exitCode: 2, hint: 'See: npm start -- --help' });
  });

  it.each([
    [['--loud'], "Unknown option '--loud'.", 'See: npm start -- --help'],
    [['--helpp'], "Unknown option '--helpp' (Did you mean --help?).", 'See: npm start -- --help'],
    [['--port'], "Option '--port <number>' argument missing.", 'See: npm start -- --help'],
    [['--source'], "Option '--source <source>' argument missing.", 'See: npm start -- --help'],
    [['--transform', 'no/step.js'], '--transform: there is no file no/step.js.', 'Check the path.'],
    [
      ['--source', 'yard=test', '--transform', 'gate=package.json'],
      '--transform names "gate", and no stream has that name.',
      'The streams are: yard',
    ],
    [['--rotate', '45'], '--rotate is 0, 90, 180 or 270, clockwise.', 'See: npm start -- --help'],
    [
      ['--source', 'yard=test', '--flip', 'yard=left'],
      '--flip is horizontal, vertical or none.',
      'See: npm start -- --help',
    ],
    [
      ['--source', 'yard=test', '--rotate', 'gate=90'],
      '--rotate names "gate", and no stream has that name.',
      'The streams are: yard',
    ],
    [['--quiet', '--verbose'], '--quiet and --verbose exclude each other.', 'Leave one out.'],
    [['/dev/video0'], '"/dev/video0" is not an option.', 'Did you mean: --source /dev/video0'],
  ])('refuses %j with exit code 2: %s', (args, sentence, hint) => {
    const refusal = refusalOf(...args);
    expect(refusal).toMatchObject({ message: sentence, code: 'bad-option', exitCode: 2, hint });
  });

  it.each([
    [['--source', ''], 'A source is empty.'],
    [['--source', 'ftp://host/film.mp4'], 'Framewire cannot open ftp:// sources.'],
    [['--source', 'yard=gopher://x'], 'Framewire cannot open gopher:// sources.'],
    [['--source', 'http://'], '"http://" is not a URL.'],
    [['--source', 'rtsp://'], '"rtsp://" is not a URL.'],
  ])('refuses %j with exit code 4: %s', (args, sentence) => {
    const refusal = refusalOf(...args);
    expect(refusal).toMatchObject({ message: sentence, code: 'source-unknown', exitCode: 4 });
    expect(refusal.hint).not.toBe('');
  });

  it.each([
    [{ npm_config_port: 'true' }, ['9124'], 'npm has kept --port for itself.', '--port 9124'],
    [{ npm_config_source: 'gate=test' }, [], 'npm has kept --source for itself.', '--source gate=test'],
    [{ npm_config_max_viewers: 'true' }, ['5'], 'npm has kept --max-viewers for itself.', '--max-viewers 5'],
  ])('with options that npm took (%j) is refused, with the way to write them', (taken, args, sentence, options) => {
    const environment = { npm_lifecycle_event: 'start', ...taken };
    const hint = `Write -- before the options: npm start -- ${options}`;
    const at = { environment, width: 80 };
    expect(() => parseCommandLine(args, '1.2.3', at)).toThrow(
      expect.objectContaining({ message: sentence, code: 'bad-option', hint }),
    );
    // Somebody's own script has options of its own, and these are given here.
    const other = { ...at, environment: { ...environment, npm_lifecycle_event: 'cameras' } };
    expect(parseCommandLine([], '1.2.3', other).kind).toBe('run');
    const option = Object.keys(taken)[0]?.replace('npm_config_', '--').replace('_', '-') ?? '';
    const value = option === '--source' ? 'test' : '7';
    expect(parseCommandLine([option, value], '1.2.3', at).kind).toBe('run');
  });

  it.each(['--help', '-h', '--version', '-v'])('prints what %s asks for, and runs nothing', option => {
    const printed = printedBy(option);
    expect(printed).toContain(option.includes('h') ? 'Examples:' : 'framewire 1.2.3');
  });

  it.each([40, 60, 80, 120, 300])(
    'explains itself in %d columns, without a line beyond, and breaks no word',
    columns => {
      const help = printedBy('--help', columns);
      const tooLong = help.split('\n').filter(line => line.length > columns);
      // Commands to copy stay in one line, whatever the terminal does with it.
      expect(tooLong.filter(line => !line.startsWith('  npm start'))).toEqual([]);
      expect(help.replaceAll(/\s+/g, ' ')).toContain(
        'close a source so long after its last viewer; "never" keeps it open',
      );
    },
  );

  it('explains every option', () => {
    const help = printedBy('--help');
    const options = [
      ...[
        'source',
        'title',
        'size',
        'fps',
        'camera-format',
        'capture',
        'transform',
        'rotate',
        'flip',
        'host',
        'port',
        'grace',
      ],
      ...['max-viewers', 'max-renditions', 'allow-origin', 'quiet', 'verbose', 'version', 'help'],
    ];
    for (const option of options) expect(help).toMatch(new RegExp(`--${option}\\b.{4,}`));
  });

  it('is called as it really is', () => {
    expect(printedBy('--help')).toMatch(/^Usage: npm start -- \[options\]\n/);
  });
});
