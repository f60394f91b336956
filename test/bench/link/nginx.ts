import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNginx } from '../../support/server/proxy.js';
import { has } from '../../support/requires.js';

export function nginxMissing(): string | undefined {
  return has('nginx') && has('openssl') ? undefined : 'needs nginx, openssl';
}

/** A proxy as people put before their servers: TLS towards the viewers, its own buffers in between. */
export async function startTlsProxy(port: number, target: string): Promise<AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'framewire-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
  spawnSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', certificate]);
  const nginx = await startNginx(
    `ssl_certificate ${certificate}; ssl_certificate_key ${key};
    location / {
      proxy_pass ${target};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
    }`,
    { port, listen: 'ssl' },
  );
  return {
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
