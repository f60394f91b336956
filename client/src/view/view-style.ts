/** Colours are the page's own (`color-scheme`), sizes follow its font; pages change the rest through `::part()`. */
export const viewStyle = `
:host {
  display: block;
  position: relative;
  overflow: hidden;
  background: color-mix(in srgb, CanvasText 10%, Canvas);
  color: CanvasText;
  font: 0.875rem/1.4 system-ui, sans-serif;
}
:host([hidden]) { display: none; }

canvas {
  display: block;
  width: 100%;
  height: auto;
  max-height: 100%;
  object-fit: contain;
}
:host(:fullscreen) { background: black; }
:host(:fullscreen) canvas { height: 100%; }

/* A picture that stands still must not look live. */
:host(:is([data-state='reconnecting'], [data-state='failed'])) canvas { filter: grayscale(1); opacity: 0.5; }

div {
  position: absolute;
  inset: auto 0.5rem 0.5rem;
  width: fit-content;
  max-width: calc(100% - 1rem);
  box-sizing: border-box;
  padding: 0.25rem 0.75rem;
  border-radius: 0.5rem;
  background: color-mix(in srgb, Canvas 88%, transparent);
  overflow-wrap: anywhere;
}

/* Short waits, as after scrolling back, pass without a word on the screen. */
:host(:is([data-state='connecting'], [data-state='starting'])) div { animation: appear 0.2s 0.4s backwards; }
@keyframes appear { from { opacity: 0; } }

/* Still read out, no longer seen. */
.quiet {
  clip-path: inset(50%);
}
`;
