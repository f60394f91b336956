const GAP_PX = 8;
/** Narrower tiles show too little of anything. */
const MIN_TILE_PX = 260;
/** A window that is not even half as high as a tile is wide gains nothing from tiles that share its height. */
const MIN_PICTURE_PX = 120;

export interface GridLayout {
  columns: number;
  /** Whether all tiles are in sight, sharing the height; otherwise they keep 16:9 and the rest is scrolled to. */
  fits: boolean;
}

export interface GridWishes {
  /** Height of what stands below each picture, pixels. */
  caption: number;
  /** null: as many as show the pictures largest. */
  columns: number | null;
}

/**
 * How many columns show the pictures largest when all are to be seen at once in `box` (pixels); where they would be
 * too small for that, as many columns as fit.
 * @param aspects width / height of each picture
 */
export function gridLayout(
  aspects: readonly number[],
  box: { width: number; height: number },
  { caption, columns: wanted }: GridWishes,
): GridLayout {
  const count = Math.max(1, aspects.length);
  const most = Math.max(1, Math.min(count, Math.floor((box.width + GAP_PX) / (MIN_TILE_PX + GAP_PX))));
  const candidates = wanted === null ? Array.from({ length: most }, (_, index) => index + 1) : [wanted];
  let best: GridLayout = { columns: wanted ?? most, fits: false };
  let bestArea = 0;
  for (const columns of candidates) {
    const rows = Math.ceil(count / columns);
    const width = (box.width - (columns - 1) * GAP_PX) / columns;
    const height = (box.height - (rows - 1) * GAP_PX) / rows - caption;
    if (height < MIN_PICTURE_PX) continue;
    const area = aspects.reduce((sum, aspect) => sum + shownArea(width, height, aspect), 0);
    if (area <= bestArea) continue;
    bestArea = area;
    best = { columns, fits: true };
  }
  return best;
}

function shownArea(width: number, height: number, aspect: number): number {
  return Math.min(width, height * aspect) * Math.min(height, width / aspect);
}
