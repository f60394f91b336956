import * as z from 'zod';
import { urlHere } from '../../access/origins.js';
import { FramewireError, messageOf } from '../../errors.js';

/** Another Framewire on this machine answers at once, ms. */
const ANSWER_MS = 1000;

/** One that speaks TLS refuses to say it in plain HTTP. */
const framewire = z.union([
  z.object({ server: z.string().startsWith('framewire ') }),
  z.object({ code: z.literal('tls-required') }),
]);

/** Why a port could not be had, as a sentence; asks whoever has it whether it is a Framewire. */
export async function explainListening(error: unknown, host: string, port: number): Promise<FramewireError> {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return explainInUse(host, port);
    case 'EACCES':
      return new FramewireError(
        'port-denied',
        `This user may not listen on port ${port}.`,
        'Use one above 1023: --port 8080',
      );
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new FramewireError(
        'host-unavailable',
        `This machine has no address ${host}.`,
        host === '::' ? 'It has no IPv6: --host 0.0.0.0' : 'Leave --host out, or: --host ::',
      );
    default:
      return new FramewireError(
        'host-unavailable',
        `Framewire cannot listen on port ${port} of ${host}: ${messageOf(error)}.`,
      );
  }
}

/** Whether this machine lacks the address, or its whole family. */
export function isUnavailable(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error));
}

async function explainInUse(host: string, port: number): Promise<FramewireError> {
  const url = urlHere('http', host, port);
  // The next port is a guess; only one that the system picks is free for certain.
  const another = `another port: --port ${port + 1} (0: any that is free)`;
  if (await isFramewire(url)) {
    const sentence = `Another Framewire runs on port ${port} already: ${url}`;
    return new FramewireError('port-in-use', sentence, `Open that one, stop it, or choose ${another}`);
  }
  const sentence = `Port ${port} of ${host} is used by another program.`;
  return new FramewireError('port-in-use', sentence, `Stop the other program, or choose ${another}`);
}

async function isFramewire(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}api/streams`, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) });
    return framewire.safeParse(await answer.json()).success;
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
