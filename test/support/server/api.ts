import { parseStreamList, type StreamInfo } from '@framewire/shared/control';

/** What `/api/streams` says of one stream: the first, or the one with that name. */
export async function streamAt(url: string, name?: string): Promise<StreamInfo> {
  const parsed = parseStreamList(await (await fetch(`${url}/api/streams`)).text());
  if (!parsed.ok) throw new Error(parsed.reason);
  const { streams } = parsed.message;
  const stream = name === undefined ? streams[0] : streams.find(candidate => candidate.name === name);
  if (stream === undefined) throw new Error(`There is no stream ${name}.`);
  return stream;
}
