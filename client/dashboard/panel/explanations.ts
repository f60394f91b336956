import { make } from '../dom.js';

/** What the words of the page mean, with the precise term for those who know it: by the part of the page. */
const EXPLANATIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  figures: [
    [
      'Latency',
      'From the moment the camera took a picture until it is on this screen. Half of the pictures of the last 5 s were faster (the median, p50).',
    ],
    ['Slowest 5 %', 'Of every hundred pictures, five take longer than this (the 95th percentile, p95).'],
    ['Pictures', 'Drawn on this screen each second.'],
    ['Bit rate', 'How much of your connection these pictures use.'],
    [
      'Encode, network, draw',
      'Capturing and compressing on the server; the path to this device; decoding and drawing here.',
    ],
  ],
  picture: [
    ['Quality', 'JPEG quality, 1 to 100. “Source”: the camera’s own JPEG, where it makes one.'],
    [
      'Width',
      '“Auto” asks for the pixels that the picture covers on this screen; a number asks for no more than that.',
    ],
    [
      'Smaller pictures',
      'Size and quality follow what the connection carries (mode “auto”). Without it they stay as chosen, and fewer pictures come (mode “fixed”).',
    ],
    ['Late by at most', 'How long pictures may be on their way (the latency budget).'],
  ],
  details: [
    [
      'Your connection carries',
      'How much the path to this device can carry, as the server measures it (the link’s estimate).',
    ],
    ['Waiting on the way', 'How long pictures wait behind others (the queue), as part of the round trip.'],
    ['Size and quality', 'How many steps both are below what you asked for (the rung on the ladder).'],
    [
      'Clock',
      'Latencies compare the server’s clock with this device’s; they are aligned to within half the round trip.',
    ],
  ],
};

/** Fills each “?” of the page with what it explains. */
export function fillExplanations(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-explains]')) {
    const terms = EXPLANATIONS[place.dataset['explains'] ?? ''] ?? [];
    const rows = terms.map(([term, text]) => make('div', '', make('dt', '', term), make('dd', '', text)));
    place.append(make('dl', '', ...rows));
  }
}
