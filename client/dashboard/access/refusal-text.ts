import { object, optional, parseJson, string } from '@framewire/shared/decoder';

const refusal = object<{ message: string; hint?: string | undefined }>({ message: string, hint: optional(string) });

/** What the server says of a request that it refused, for people. */
export function refusalText(body: string): string {
  const said = parseJson(refusal, body);
  return said.ok ? `${said.message.message} ${said.message.hint ?? ''}`.trim() : 'The server refused that.';
}
