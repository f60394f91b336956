import { createHash } from 'node:crypto';
import { TRUST_GUIDES, type TrustGuide } from './trust-guides.js';

/** In the page itself, which may load nothing from a server that is not trusted yet. */
const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 38rem; margin: 0 auto; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; }
a { color: inherit; }
summary { padding: .6rem 0; font-weight: 600; cursor: pointer; }
details { border-top: 1px solid #8888; }
li { margin-bottom: .4rem; }
.button { display: inline-block; padding: .6rem 1rem; border-radius: .5rem; background: #0b57d0; color: #fff; font-weight: 600; text-decoration: none; }
`;

/** `Content-Security-Policy` of the page: its own style, and nothing else. */
export const TRUST_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** Eight bytes, which fit on the narrowest phone. */
const FINGERPRINT_LINE = /(?:\w\w:){7}\w\w/g;

/** Who asks, and what they are to compare. */
export interface TrustVisit {
  /** Its name. */
  readonly machine: string;
  /** SHA-256: `3A:7F:...` */
  readonly fingerprint: string;
  readonly userAgent: string | undefined;
}

/**
 * What a device needs to trust the certificates of this machine, in steps. Plain: it is for browsers of any age. The steps
 * of the visitor's own kind of device are open, the others can be opened.
 */
export function trustPage({ machine, fingerprint, userAgent = '' }: TrustVisit): string {
  const lines = fingerprint.match(FINGERPRINT_LINE) ?? [];
  const own = TRUST_GUIDES.filter(({ isIn }) => isIn.test(userAgent));
  const others = TRUST_GUIDES.filter(guide => !own.includes(guide));
  const guides = [...own.map(guide => section(guide, true)), ...others.map(guide => section(guide, own.length === 0))];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust this Framewire</title>
<style>${STYLE}</style>
<body>
<main>
<h1>Trust this Framewire</h1>
<p>The pictures of ${escaped(machine)} come over an encrypted connection. The server has made its certificate itself, so
each device has to learn it once. The certificate can speak for machines of a local network only, not for sites of the
internet.</p>
<p><a class="button" href="/ca.crt">Download the certificate</a></p>
<p>Before you agree to anything, compare its SHA-256 fingerprint with the one that the server printed when it started:</p>
<pre>${lines.join('\n')}</pre>
${guides.join('\n')}
<p>Then <a href="/">open the pictures</a>. A browser on a computer can do without all this: it shows a warning, which you can
accept.</p>
</main>
</body>
</html>
`;
}

function section({ device, steps }: TrustGuide, isOpen: boolean): string {
  const items = ['Download the certificate, with the button above.', ...steps];
  return `<details${isOpen ? ' open' : ''}><summary>${escaped(device)}</summary>
<ol>
${items.map(step => `<li>${escaped(step)}`).join('\n')}
</ol></details>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
