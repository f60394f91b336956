import { get as getPlainly, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { urlHere } from '../access/origins.js';
import type { Config } from '../config/config.js';
import { FramewireError, messageOf } from '../errors.js';

/** A server that is well answers at once, ms. */
const HEALTH_MS = 5000;

/**
 * Asks the server of these settings whether it is ready, as containers do.
 *
 * @returns what to print.
 * @throws FramewireError not-ready
 */
export async function askReady({ host, port, tls }: Pick<Config, 'host' | 'port' | 'tls'>): Promise<string> {
  const url = `${urlHere(tls === undefined ? 'http' : 'https', host, port)}readyz`;
  const status = await statusOf(url).catch((error: unknown) => {
    throw new FramewireError('not-ready', `No server answers at ${url}: ${messageOf(error)}.`, 'Is it running?');
  });
  if (status === 200) return 'Ready.';
  throw new FramewireError('not-ready', `The server at ${url} is not ready.`, 'Ask again in a moment.');
}

async function statusOf(url: string): Promise<number | undefined> {
  const signal = AbortSignal.timeout(HEALTH_MS);
  // Its certificate is for other names than this one, and nothing is told to whoever answers.
  const request = url.startsWith('https')
    ? getSecurely(url, { signal, rejectUnauthorized: false })
    : getPlainly(url, { signal });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  answer.resume();
  return answer.statusCode;
}
