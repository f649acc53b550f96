/** A track of a CUE sheet. Times are frames from the beginning of the file. */
export interface CueTrack {
  number: number;
  title: string | null;
  performer: string | null;
  songwriter: string | null;
  isrc: string | null;
  /** Begin of the pre-gap, INDEX 00; null without one. */
  pregap: number | null;
  /** Frames of silence before the track that are not in the file, PREGAP. */
  silence: number;
  /** Begin of the track, INDEX 01. */
  start: number;
}

/** A track before its indexes are checked. */
export type ReadTrack = Omit<CueTrack, 'start'> & { start: number | null };

/** Checks that each track begins after the one before. @param bad makes the error */
export function mustRise(tracks: readonly ReadTrack[], bad: (message: string) => Error): CueTrack[] {
  if (tracks.length === 0) throw bad('the CUE sheet has no TRACK; expected at least one');
  const checked: CueTrack[] = [];
  for (const track of tracks) {
    const { number, start, pregap } = track;
    if (start === null) throw bad(`track ${number} of the CUE sheet has no INDEX 01`);
    const before = checked.at(-1);
    if (before && number <= before.number)
      throw bad(
        `track ${number} of the CUE sheet comes after track ${before.number}; expected rising numbers`,
      );
    if (before && start <= before.start)
      throw bad(
        `track ${number} of the CUE sheet begins at ${cueTime(start)}, and track ${before.number} at ${cueTime(before.start)}; expected rising times`,
      );
    if (pregap !== null && (pregap > start || (before && pregap <= before.start)))
      throw bad(
        `the pre-gap of track ${number} of the CUE sheet begins at ${cueTime(pregap)}; expected a time between track ${before?.number ?? 0} and its own INDEX 01`,
      );
    checked.push({ ...track, start });
  }
  return checked;
}

/** `mm:ss:ff` */
export function cueTime(time: number): string {
  const frames = Math.round(time);
  const part = (units: number) => String(units).padStart(2, '0');
  return [Math.floor(frames / 4500), Math.floor(frames / 75) % 60, frames % 75].map(part).join(':');
}
