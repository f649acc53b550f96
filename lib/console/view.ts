/** The part of a sound that is in sight, in seconds. */
export interface View {
  start: number;
  end: number;
}

/** The shortest part in seconds, and as a fraction of the whole: waveforms have no finer pixels. */
const SHORTEST = { seconds: 0.5, part: 1 / 500 };

/** Makes a view shorter or longer by a factor, so that `around` keeps its place in it. */
export function zoomed({ start, end }: View, factor: number, around: number, total: number): View {
  const shortest = Math.min(total, Math.max(SHORTEST.seconds, total * SHORTEST.part));
  const length = Math.min(total, Math.max(shortest, (end - start) * factor));
  const place = end === start ? 0 : (Math.min(end, Math.max(start, around)) - start) / (end - start);
  return moved({ start: 0, end: length }, around - place * length, total);
}

/** Moves a view by seconds, within the sound. */
export function moved({ start, end }: View, by: number, total: number): View {
  const from = Math.max(0, Math.min(start + by, total - (end - start)));
  return { start: from, end: Math.min(total, from + end - start) };
}

/** The view that has a position in it: the next one where the position has left this one. */
export function following(view: View, position: number, total: number): View {
  if (position >= view.start && position <= view.end) return view;
  return moved(view, position - view.start, total);
}

/** The place of a time in a view: 0 at its left edge, 1 at its right. */
export function placeIn({ start, end }: View, seconds: number): number {
  return end === start ? 0 : (seconds - start) / (end - start);
}
