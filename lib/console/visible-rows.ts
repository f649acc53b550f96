/** Rows beyond the window that exist as well, so that scrolling shows no gap. */
const SPARE = 10;

/**
 * The rows of a long list that a window shows, from the first to the one after the last.
 * @param top distance of the list from the upper edge of the window, negative after scrolling
 */
export function visibleRows(
  top: number,
  windowHeight: number,
  rowHeight: number,
  count: number,
): { from: number; to: number } {
  const first = Math.floor(-top / rowHeight) - SPARE;
  const from = Math.min(Math.max(0, first), count);
  const to = Math.ceil((windowHeight - top) / rowHeight) + SPARE;
  return { from, to: Math.min(Math.max(from, to), count) };
}
