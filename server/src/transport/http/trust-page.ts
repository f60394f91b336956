import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Certificates } from '../../tls/certificates.js';

const EVERYBODY = { config: { access: 'public' } } as const;

/**
 * What a device needs to trust a certificate that this machine has made: the authority's, and a page that says what to do
 * with it. Both by plain HTTP as well, because nothing else works there before; so the page says what to compare.
 */
export function addTrustRoutes(app: FastifyInstance, certificates: Certificates): void {
  if (certificates.authority === undefined) return;
  app.get('/ca.crt', EVERYBODY, (_request, reply) =>
    reply
      .type('application/x-x509-ca-cert')
      .header('Content-Disposition', 'inline; filename="framewire-ca.crt"')
      .header('Cache-Control', 'no-store')
      .send(certificates.authority),
  );
  app.get('/trust', EVERYBODY, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .send(trustPage(hostname(), certificates.fingerprint)),
  );
}

/** Plain: it is for browsers of any age, and may load nothing from a server that is not trusted yet. */
function trustPage(machine: string, fingerprint: string): string {
  const halves = [fingerprint.slice(0, 47), fingerprint.slice(48)];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Trust this Framewire</title>
<body>
<h1>Trust this Framewire</h1>
<p>The pictures of ${escaped(machine)} come over an encrypted connection. Its certificate is of its own making, so devices do
not know it until you install it once. It can speak for machines of a local network only, not for sites of the internet.</p>
<p><strong><a href="/ca.crt">Download the certificate</a></strong>, then:</p>
<dl>
<dt><strong>iPhone, iPad</strong>
<dd>Open this page in Safari. After the download: Settings, Profile Downloaded, Install. Then Settings, General, About,
Certificate Trust Settings: switch it on there.
<dt><strong>Android</strong>
<dd>Settings, Security, More security settings, Encryption and credentials, Install a certificate, CA certificate.
<dt><strong>Windows</strong>
<dd>Open the file: Install Certificate, Current User, place it in: Trusted Root Certification Authorities.
<dt><strong>macOS</strong>
<dd>Open the file, add it to the keychain "login". Open it there: Trust, When using this certificate: Always Trust.
<dt><strong>Linux</strong>
<dd>Chromium: Settings, Privacy and security, Security, Manage certificates, Authorities, Import.
<dt><strong>Firefox, any system</strong>
<dd>Settings, Privacy &amp; Security, View Certificates, Authorities, Import: trust it to identify websites.
</dl>
<p>Before you agree, compare its SHA-256 fingerprint with the one that the server prints when it starts:</p>
<pre>${halves.join('\n')}</pre>
<p>A browser on a computer can do without: open <a href="/">the page</a> and accept the warning.</p>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
