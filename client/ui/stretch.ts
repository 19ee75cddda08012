/**
 * Which lines of a long timeline are drawn. Only a stretch around what is in view stands in the page, so
 * that ten thousand messages cost what three hundred do. It is named by a key, not by a number: lines go
 * from the front as they expire, and whoever reads further up must not be moved by that.
 */

/** Lines drawn to each side of the centre; several times what fits on the tallest screen. */
export const REACH = 150;
/** Nearer than this to an edge of the stretch, it moves on: more than a screen's worth, so none is ever blank. */
const MARGIN = 75;

export interface Stretch {
  /** Index of the first line drawn, and of the first one that is not any more. */
  readonly from: number;
  readonly to: number;
}

/** The stretch around the line with this key; null: the newest. A key that is gone has expired: the oldest. */
export function stretchAround(
  lines: readonly { readonly key: string }[],
  centreKey: string | null,
): Stretch {
  const count = lines.length;
  if (centreKey === null) return { from: Math.max(0, count - 2 * REACH), to: count };
  const centre = Math.max(
    0,
    lines.findIndex(({ key }) => key === centreKey),
  );
  return { from: Math.max(0, centre - REACH), to: Math.min(count, centre + REACH) };
}

/** Does it end too near to the line at `index`, though there is more? */
export function isTooNear({ from, to }: Stretch, index: number, count: number): boolean {
  return (from > 0 && index - from < MARGIN) || (to < count && to - index < MARGIN);
}
