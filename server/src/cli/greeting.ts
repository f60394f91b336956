import type { SourceState } from '@framewire/shared/control';
import { TOKEN_PARAMETER } from '../access/credentials.js';
import type { FramewireServer } from '../server.js';
import { wrap } from './text.js';
import { PROGRAM_WITH } from '../package.js';

const INDENT = 2;

/** Where it is said. */
export interface Surroundings {
  /** Columns. */
  width: number;
  /** Somebody reads it now: what goes to a file or a journal holds no token that is older than it. */
  isTerminal: boolean;
  /** Of the address for others; empty where there is none. */
  qrCode: string;
}

/** What is said when the server runs: what it streams, where to look, and who else can. */
export function greeting(
  version: string,
  server: FramewireServer,
  { width, isTerminal, qrCode }: Surroundings,
): string {
  const { reach, entry, streams } = server;
  const nameWidth = Math.max(...streams.map(({ name }) => name.length));
  const column = INDENT + nameWidth + 2;
  const lines = streams.map(({ name, title = name, description, source, hint }) => {
    const remark = remarkOn(source, hint);
    const second = remark === '' ? '' : `\n${' '.repeat(column)}${wrap(remark, column, width)}`;
    return `  ${name.padEnd(nameWidth)}  ${wrap(title === name ? description : `${title}: ${description}`, column, width)}${second}`;
  });
  const isTold = entry.kind === 'token' && (isTerminal || entry.isNew);
  const shown = (url: string) => (isTold ? withToken(url, entry.token) : url);
  const [first = '', ...others] = [...reach.local, ...reach.network];
  const also = others.map(url => `  ${reach.local.includes(url) ? 'Also:   ' : 'Network:'} ${shown(url)}`);
  const code = qrCode === '' ? [] : ['', ...qrCode.split('\n').map(line => `  ${line}`), ''];
  const audience = audienceOf(server, isTold).map(line => `  ${wrap(line, INDENT, width)}`);
  return [
    '',
    `framewire ${version} streams`,
    ...lines,
    '',
    `  Open:    ${shown(first)}`,
    ...also,
    ...code,
    ...audience,
    ...certificateLines(server, width),
    '',
    '  Ctrl+C stops.',
    '',
    '',
  ].join('\n');
}

/** What to trust, and how. A certificate of somebody else's is known to devices, or to whoever gave it. */
function certificateLines({ certificates, reach }: FramewireServer, width: number): string[] {
  if (certificates?.authority === undefined) return [];
  const [url = ''] = [...reach.network, ...reach.local];
  const trust = new URL('/trust', url.replace(/^https/, 'http')).href;
  const lines = [
    `Certificate: self-made, SHA-256 ${certificates.fingerprint}`,
    `To trust it on a phone or computer, open this there once: ${trust}`,
  ];
  return lines.map(line => `  ${wrap(line, INDENT, width)}`);
}

/** @param url with its last slash. */
export function withToken(url: string, token: string): string {
  return `${url}?${TOKEN_PARAMETER}=${token}`;
}

function audienceOf({ reach: { network, isOpen }, entry, certificates }: FramewireServer, isTold: boolean): string[] {
  const noNetwork = 'All addresses are listened on, and there is no network yet.';
  const beginning = isOpen && network.length === 0 ? [noNetwork] : [];
  switch (entry.kind) {
    case 'this-machine':
      return ['Only this machine can watch; --host :: lets the network in, with a token.'];
    case 'everybody':
      return [...beginning, 'There is no token: whoever reaches these addresses can watch.'];
    case 'token':
      return [
        ...beginning,
        ...(isTold
          ? [
              'Whoever has such an address can watch and control. The token stays the same; another one:',
              `  ${PROGRAM_WITH} token rotate`,
              'A link that shows one stream for some time:',
              `  ${PROGRAM_WITH} share NAME --for 2h`,
            ]
          : [`Viewers need the token. The addresses with it: ${PROGRAM_WITH} token show`]),
        ...(isOpen && certificates === undefined ? ['What goes over the network is not encrypted: --tls'] : []),
      ];
  }
}

/** A loss is told here and not in the log: it was there before the log began to follow the sources. */
function remarkOn(source: SourceState, hint: string): string {
  switch (source.state) {
    case 'live':
    case 'idle':
      return '';
    case 'starting':
      return 'It is still being opened.';
    case 'lost':
      return `Lost: ${source.reason} ${hint}`.trimEnd();
  }
}
