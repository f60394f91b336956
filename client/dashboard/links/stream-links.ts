/** Something to copy, with what it is for. */
export interface StreamLink {
  what: string;
  text: string;
}

/**
 * The ways to a stream for other programs and pages.
 * @param base address of the server with its last slash: `http://camera.local:8080/`
 * @param token for a server that wants one
 */
export function streamLinks(base: string, stream: string, token?: string): StreamLink[] {
  const query = new URLSearchParams({ stream, ...(token !== undefined && { token }) }).toString();
  const feed = new URL(`video_feed?${query}`, base).href;
  return [
    { what: 'VLC', text: `vlc "${feed}"` },
    { what: 'ffplay, with little delay', text: `ffplay -fflags nobuffer "${feed}"` },
    { what: 'The picture of this moment', text: new URL(`snapshot.jpg?${query}`, base).href },
    {
      what: token === undefined ? 'On your own page, once the server allows its site' : 'On your own page',
      text: embedCode(base, stream, token),
    },
    { what: 'As an image, anywhere', text: `<img src="${escaped(feed)}" alt="${escaped(stream)}">` },
  ];
}

function embedCode(base: string, stream: string, token?: string): string {
  const script = new URL('framewire.js', base).href;
  const shown = token === undefined ? '' : ` token="${token}"`;
  const view = `<framewire-view stream="${escaped(stream)}"${shown}></framewire-view>`;
  return `<script type="module" src="${script}"></script>\n${view}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
