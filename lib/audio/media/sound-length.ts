/** Facts of a header about the length of its sound; times in seconds. */
export interface DeclaredTimes {
  /** ffprobe's name of the container. */
  container: string;
  /** The length of the sound itself; undefined or 0: not declared. */
  stream: number | undefined;
  /** The length of everything in the file. */
  file: number | undefined;
  /** Time stamp at which the sound begins. */
  start: number | undefined;
  /** Time at which it ends, by the tag `DURATION` of a Matroska track. */
  end: number | undefined;
  /** Whether the demuxer says that it divided the size of the file by a bitrate. */
  reckoned: boolean;
}

/** A declared length. It serves for progress and limits; only decoded samples decide. */
export interface DeclaredLength {
  /** Null if the header declares none. */
  seconds: number | null;
  /** Whether the header counts the sound itself, so that less decoded sound means that some is missing. */
  sure: boolean;
}

/**
 * Containers whose header counts samples, blocks or frames of the sound. All others declare times: of the longest track,
 * with gaps, or not from zero.
 */
const COUNTED: ReadonlySet<string> = new Set([
  ...['wav', 'w64', 'aiff', 'au', 'caf', 'flac', 'tta', 'ape', 'wv', 'mpc', 'mpc8', 'dsf', 'iff'],
  ...['mp3', 'mov', 'ogg'],
]);

/** Seconds by which an Ogg stream may begin late and still count from its beginning. */
const LATE = 1;

/** The length that a header declares, and whether it can be relied on; the only place that decides this. */
export function declaredLength(times: DeclaredTimes): DeclaredLength {
  const { container, stream = 0, file = 0, start = 0, reckoned } = times;
  const isMatroska = container === 'matroska' || container === 'webm';
  const late = Math.max(0, start);
  const end = times.end ?? file;
  if (isMatroska) return { seconds: positive(stream > 0 ? stream : end - late), sure: false };
  if (stream <= 0) return { seconds: positive(file), sure: false };
  const isOgg = container === 'ogg';
  const sure = COUNTED.has(container) && !reckoned && !(isOgg && late > LATE);
  return { seconds: positive(isOgg ? stream - late : stream), sure };
}

function positive(seconds: number): number | null {
  return seconds > 0 ? seconds : null;
}
