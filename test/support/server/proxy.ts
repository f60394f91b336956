import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.js';
import { freePort } from '../free-port.js';
import { run } from '../run.js';

/** A proxy between viewers and a server, as people set them up. Check `missing('nginx-light')` or `missing('haproxy')` first. */
export interface Proxy extends AsyncDisposable {
  /** Its origin, without a last slash. */
  readonly url: string;
}

export interface Nginx extends Proxy {
  /** Goes on with another configuration; connections that there are stay with the old one until they end. */
  configure(server: string): void;
}

/**
 * @param server what stands in nginx's `server { ... }`, but for `listen`.
 * @param options `port`: one that is free unless it is given; `listen`: what stands behind the port.
 */
export async function startNginx(server: string, options: { port?: number; listen?: string } = {}): Promise<Nginx> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'framewire-nginx-'));
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${folder}/${name};`,
  );
  const write = (inner: string) =>
    writeFileSync(
      file,
      `daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port} ${options.listen ?? ''};
    ${inner}
  }
}
`,
    );
  write(server);
  const nginx = run('nginx', ['-c', file, '-p', folder]);
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => answers(url), 'nginx');
  return {
    url,
    configure(inner) {
      write(inner);
      process.kill(nginx.pid, 'SIGHUP');
    },
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** @param frontend what stands in its only frontend, but for `bind`; `server`: what it passes requests on to, host:port. */
export async function startHaproxy(frontend: string, server: string): Promise<Proxy> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'framewire-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend all
  bind 127.0.0.1:${port}
  ${frontend}
  default_backend framewire
backend framewire
  server framewire ${server}
`,
  );
  const haproxy = run('haproxy', ['-db', '-f', file]);
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => answers(url), 'haproxy');
  return {
    url,
    async [Symbol.asyncDispose]() {
      await haproxy[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Whatever it says. */
async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
