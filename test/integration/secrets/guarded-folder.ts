import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeUpPair } from '../../support/tls.js';
import { MAIN } from '../../support/server/server.js';

/** What nobody may read anywhere, by what it is. */
export type Secrets = Readonly<Record<string, string>>;

const CREDENTIAL = 'FIELD_PASSWORD';

/** A folder for a server with secrets of every kind, made before it starts, so that none of them is new to it. */
export class GuardedFolder implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'framewire-secrets-'));
  readonly settings = join(this.root, 'framewire.yaml');
  readonly certificate = join(this.root, 'cert.pem');
  readonly key = join(this.root, 'key.pem');
  /** Of the server and its commands. */
  readonly environment: Record<string, string>;
  readonly secrets: Secrets;

  constructor() {
    const values = {
      variable: 'pw-of-gate-4711',
      credential: 'pw-of-field-4712',
      'name in a URL': 'yard-user-4713',
      'password in a URL': 'yard-word-4714',
      'query of a URL': 'yard-query-4715',
      'part of a path': 'yard-path-4716',
      'token of dora': 'token-of-dora-4719',
      'token of emil': 'token-of-emil-4720',
    };
    mkdirSync(join(this.root, 'credentials'));
    writeFileSync(join(this.root, 'credentials', CREDENTIAL), `${values.credential}\n`);
    const pair = madeUpPair();
    writeFileSync(this.certificate, pair.cert);
    writeFileSync(this.key, pair.key);
    this.environment = {
      XDG_STATE_HOME: this.root,
      STATE_DIRECTORY: '',
      CREDENTIALS_DIRECTORY: join(this.root, 'credentials'),
      GATE_PASSWORD: values.variable,
      DORA_TOKEN: values['token of dora'],
    };
    this.write(SETTINGS(values));
    this.secrets = {
      ...values,
      'token of owner': tokenIn(this.command('token', 'show')),
      'token of anna': tokenIn(this.command('token', 'add', 'anna', '--streams', 'gate')),
      'token of bob': tokenIn(this.command('token', 'add', 'bob', '--for', '1h')),
      'token of carl': tokenIn(this.command('token', 'add', 'carl', '--role', 'control')),
      'token too short': 'short-4718',
      link: tokenIn(this.command('share', 'gate')),
      'secret of the server': readFileSync(join(this.root, 'framewire/secret'), 'utf8').trim(),
      'key of TLS': lineOf(pair.key),
    };
    const users = join(this.root, 'framewire/users.json');
    writeFileSync(
      users,
      readFileSync(users, 'utf8').replace(/"expires": "[^"]+"/, '"expires": "2020-01-01T00:00:00Z"'),
    );
  }

  /** @param whose a user's, the owner's, or `link`. */
  tokenOf(whose: string): string {
    return this.secrets[whose === 'link' ? whose : `token of ${whose}`] ?? '';
  }

  /** Runs a command beside the server, as `npm start -- token list`. @returns all that it has printed. */
  command(...args: string[]): string {
    const env = { ...process.env, ...this.environment };
    const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env, encoding: 'utf8' });
    return stdout + stderr;
  }

  write(settings: string): void {
    writeFileSync(this.settings, settings);
  }

  /** A key that belongs to no certificate here. */
  foreignKey(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = join(this.root, 'other-key.pem');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

const SETTINGS = (values: Secrets) => `
streams:
  gate: {source: test, size: 320x240}
  by variable: http://viewer:\${GATE_PASSWORD}@127.0.0.1:9/live?pwd=\${GATE_PASSWORD}
  by credential: rtsp://viewer:\${${CREDENTIAL}}@127.0.0.1:9/live
  as written:
    source: "rtsp://${values['name in a URL']}:${values['password in a URL']}@127.0.0.1:9/user=me&password=${values['part of a path']}?key=${values['query of a URL']}"
users:
  dora: {token: "\${DORA_TOKEN}", streams: gate}
  emil: {token: ${values['token of emil']}, role: control}
`;

/** Mistakes of the settings file that stand where a secret is. */
export const wrongSettings = (values: Secrets): string[] => {
  const url = `rtsp://${values['name in a URL']}:${values['password in a URL']}@127.0.0.1/live?key=${values['query of a URL']}`;
  return [
    `streams: ${url}`,
    `streams: [${url}]`,
    `streams:\n  gate: ["${url}"]`,
    `streams:\n  gate: {source: test, size: "${url}"}`,
    `streams:\n  gate: {source: test, fps: "\${GATE_PASSWORD}"}`,
    `streams:\n  gate: {source: test, fps: "\${${CREDENTIAL}}"}`,
    `streams:\n  gate: ${url.replace('rtsp', 'rtmp')}`,
    `streams:\n  gate: ${url.replace('rtsp://', '')}`,
    `streams:\n  gate: {source: "${url}"\n  yard: "${url}`,
    `streams:\n  gate: test\n  gate: ${url}`,
    `streams:\n  ? ${url}\n  : test`,
    `port: "\${GATE_PASSWORD}"`,
    `allowOrigin: ["${url}"]`,
    `tlsName: ["${url}"]`,
    `"${url}": 1`,
    `users: ${values['token of emil']}`,
    `users: {emil: ${values['token of emil']}}`,
    `users: {emil: {token: [${values['token of emil']}]}}`,
    `users: {emil: {token: "${values['token of emil']} "}}`,
    `users: {emil: {token: ${values['token of emil']}, streams: gate, role: all}, dora: {token: ${values['token of emil']}}}`,
    `users: {emil: {token: "\${GATE_PASSWORD}", role: all}}`,
  ];
};

function tokenIn(printed: string): string {
  const [, token] = /token=([\w-]+)/.exec(printed) ?? [];
  if (token === undefined) throw new Error(`There is no token in: ${printed}`);
  return token;
}

/** Of PEM: not its first or last line. */
function lineOf(pem: string): string {
  return pem.split('\n')[1] ?? '';
}
