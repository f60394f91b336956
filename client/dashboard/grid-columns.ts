/** Width / height of a tile's picture, and the height of its caption, pixels: as in the style sheet. */
const TILE_ASPECT = 16 / 9;
const CAPTION_PX = 38;
/** Narrower tiles show too little of anything. */
const MIN_TILE_PX = 280;

/**
 * How many columns make the tiles largest, when all of them shall be seen at once; where that would make them too
 * small, as many as fit the width, and the rest is scrolled to.
 */
export function gridColumns(count: number, width: number, height: number): number {
  const most = Math.max(1, Math.min(count, Math.floor(width / MIN_TILE_PX)));
  let best = { columns: most, tileWidth: 0 };
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns);
    const tileWidth = Math.min(width / columns, (height / rows - CAPTION_PX) * TILE_ASPECT);
    if (tileWidth > best.tileWidth && tileWidth >= MIN_TILE_PX) best = { columns, tileWidth };
  }
  return best.columns;
}
