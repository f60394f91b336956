/** Something to copy, with what it is for. */
export interface StreamLink {
  what: string;
  text: string;
}

/**
 * The ways to a stream for other programs and pages.
 * @param base address of the server with its last slash: `http://camera.local:8080/`
 */
export function streamLinks(base: string, stream: string): StreamLink[] {
  const query = new URLSearchParams({ stream }).toString();
  const feed = new URL(`video_feed?${query}`, base).href;
  const script = new URL('framewire.js', base).href;
  return [
    { what: 'VLC', text: `vlc "${feed}"` },
    { what: 'ffplay, with little delay', text: `ffplay -fflags nobuffer "${feed}"` },
    { what: 'The picture of this moment', text: new URL(`snapshot.jpg?${query}`, base).href },
    {
      what: 'On a page of yours, once the server allows its site',
      text: `<script type="module" src="${script}"></script>\n<framewire-view stream="${escaped(stream)}"></framewire-view>`,
    },
    { what: 'As an image, anywhere', text: `<img src="${escaped(feed)}" alt="${escaped(stream)}">` },
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
