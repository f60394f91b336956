import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Certificates } from '../../tls/certificates.js';
import { TRUST_PAGE_POLICY, trustPage } from '../../tls/trust-page.js';

const EVERYBODY = { config: { access: 'public' } } as const;

/**
 * What a device needs to trust a certificate that this machine has made: the authority's, and a page that says what to do
 * with it. Both by plain HTTP as well, because nothing else works there before; so the page says what to compare.
 */
export function addTrustRoutes(app: FastifyInstance, certificates: Certificates): void {
  // Another's is known to devices, or to whoever gave it.
  if (certificates.authority === undefined) return;
  app.get('/ca.crt', EVERYBODY, (_request, reply) =>
    reply
      .type('application/x-x509-ca-cert')
      .header('Content-Disposition', 'inline; filename="framewire-ca.crt"')
      .header('Cache-Control', 'no-store')
      .send(certificates.authority),
  );
  app.get('/trust', EVERYBODY, ({ headers }, reply) => {
    const { fingerprint } = certificates;
    return reply
      .type('text/html; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .header('Content-Security-Policy', TRUST_PAGE_POLICY)
      .send(trustPage({ machine: hostname(), fingerprint, userAgent: headers['user-agent'] }));
  });
}
