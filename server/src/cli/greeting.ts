import type { SourceState } from '@framewire/shared/control';
import type { FramewireServer } from '../server.js';
import { wrap } from './text.js';

const INDENT = 2;

/** What is said when the server runs: what it streams, where to look, and who else can. */
export function greeting(version: string, server: FramewireServer, width: number): string {
  const { reach, streams } = server;
  const nameWidth = Math.max(...streams.map(({ name }) => name.length));
  const column = INDENT + nameWidth + 2;
  const lines = streams.map(({ name, description, source, hint }) => {
    const remark = remarkOn(source, hint);
    const second = remark === '' ? '' : `\n${' '.repeat(column)}${wrap(remark, column, width)}`;
    return `  ${name.padEnd(nameWidth)}  ${wrap(description, column, width)}${second}`;
  });
  const [first = '', ...others] = [...reach.local, ...reach.network];
  const also = others.map(url => (reach.local.includes(url) ? `  Also:    ${url}` : `  Network: ${url}`));
  return [
    '',
    `framewire ${version} streams`,
    ...lines,
    '',
    `  Open:    ${first}`,
    ...also,
    `  ${wrap(audience(reach), INDENT, width)}`,
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
    `Devices that are to trust it open this once: ${trust}`,
  ];
  return lines.map(line => `  ${wrap(line, INDENT, width)}`);
}

function audience({ network, isOpen }: FramewireServer['reach']): string {
  if (!isOpen) return 'Only this machine can watch; --host :: lets the network in.';
  const warning = 'There is no password: whoever reaches this machine can watch.';
  return network.length > 0 ? warning : `All addresses are listened on, and there is no network yet. ${warning}`;
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
