/** A place or a way on the screen, CSS pixels from the middle of the box. */
export interface Point {
  x: number;
  y: number;
}

/** How a view lies in its box: `zoom` times as large as it, its middle at `pan`. */
export interface PanZoom {
  zoom: number;
  pan: Point;
}

interface Box {
  width: number;
  height: number;
}

/** Beyond it a pixel of an HD picture is as large as a letter. */
const MAX_ZOOM = 8;

export const WHOLE: PanZoom = { zoom: 1, pan: { x: 0, y: 0 } };

/** @param factor 1: as before. @param at stays where it is */
export function zoomAt({ zoom, pan }: PanZoom, factor: number, at: Point, box: Box): PanZoom {
  const after = Math.min(MAX_ZOOM, Math.max(1, zoom * factor));
  const scale = after / zoom;
  return within({ zoom: after, pan: { x: at.x - (at.x - pan.x) * scale, y: at.y - (at.y - pan.y) * scale } }, box);
}

export function panBy({ zoom, pan }: PanZoom, way: Point, box: Box): PanZoom {
  return within({ zoom, pan: { x: pan.x + way.x, y: pan.y + way.y } }, box);
}

/** The picture never leaves its box: no edge of it comes inside. */
export function within({ zoom, pan }: PanZoom, box: Box): PanZoom {
  const most = { x: ((zoom - 1) * box.width) / 2, y: ((zoom - 1) * box.height) / 2 };
  return { zoom, pan: { x: clamp(pan.x, most.x), y: clamp(pan.y, most.y) } };
}

function clamp(value: number, most: number): number {
  // Never -0, which would be written into the style as it is.
  return Math.min(most, Math.max(-most, value)) + 0;
}
