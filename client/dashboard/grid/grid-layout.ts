/** As in the style sheet: width / height of a tile's picture, the height of its caption, the gap between tiles. */
const TILE_ASPECT = 16 / 9;
const CAPTION_PX = 38;
const GAP_PX = 12;
/** Narrower tiles show too little of anything. */
const MIN_TILE_PX = 280;

export interface GridLayout {
  columns: number;
  /** Pixels. */
  tileWidth: number;
}

/**
 * The layout with the largest tiles of which all can be seen at once in `width` x `height` pixels; where they would
 * be too small for that, as many columns as fit, and the rest is scrolled to.
 */
export function gridLayout(count: number, width: number, height: number): GridLayout {
  const most = Math.max(1, Math.min(count, Math.floor((width + GAP_PX) / (MIN_TILE_PX + GAP_PX))));
  let best: GridLayout = { columns: most, tileWidth: Math.floor(columnWidth(width, most)) };
  let isWhole = false;
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns);
    const rowHeight = (height - (rows - 1) * GAP_PX) / rows;
    const tileWidth = Math.floor(Math.min(columnWidth(width, columns), (rowHeight - CAPTION_PX) * TILE_ASPECT));
    if (tileWidth < MIN_TILE_PX || (isWhole && tileWidth <= best.tileWidth)) continue;
    best = { columns, tileWidth };
    isWhole = true;
  }
  return best;
}

function columnWidth(width: number, columns: number): number {
  return (width - (columns - 1) * GAP_PX) / columns;
}
