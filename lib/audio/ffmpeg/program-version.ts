/** Version and age of an ffmpeg or ffprobe. */
export interface ProgramVersion {
  /** Its own text: `5.1.9-0+deb12u1`, `n7.1`, `N-66595-gc2b38619c0-static`, ... */
  version: string;
  /** Year of its sources; null if unknown. A release of an old branch has the year of its last fix. */
  year: number | null;
  /** Version of its libavcodec, which rises both in releases and in nightly builds; null if unknown. */
  libavcodec: readonly [major: number, minor: number, micro: number] | null;
  /** Name of its libavformat in the files that it writes: `Lavf59.27.100`; null if unknown. */
  writer: string | null;
}

/** Reads the output of `-version`; undefined if the program is not ffmpeg or ffprobe. */
export function readVersion(output: string): ProgramVersion | undefined {
  const [first = ''] = output.split('\n');
  const version = /^ff\w+ version (\S+)/.exec(first)?.[1];
  if (version === undefined) return undefined;
  const year = /Copyright \(c\) (?:\d{4}-)?(\d{4})\b/.exec(first)?.[1];
  const [, major, minor, micro] = /^ *libavcodec +(\d+)\. *(\d+)\. *(\d+)/m.exec(output) ?? [];
  const [, format, of, by] = /^ *libavformat +(\d+)\. *(\d+)\. *(\d+)/m.exec(output) ?? [];
  return {
    version,
    writer: format === undefined ? null : `Lavf${format}.${of}.${by}`,
    year: year === undefined ? null : Number(year),
    libavcodec: major === undefined ? null : [Number(major), Number(minor), Number(micro)],
  };
}

/** A version, and how the program is linked. */
export interface Build extends ProgramVersion {
  /** Whether it needs no shared library but the C library's; null if unknown. Other builds load over 200 at each start. */
  selfContained: boolean | null;
}

/** Returns a text such as `7.1.1 of 2025, static`. */
export function describeBuild({ version, year, selfContained }: Build): string {
  const linking = selfContained === null ? [] : [selfContained ? 'static' : 'dynamic'];
  return [year === null ? version : `${version} of ${year}`, ...linking].join(', ');
}

/**
 * Chooses the build that runs: the newest self-contained one whose sources are at most `years` older than those of the newest
 * build, and else the newest build. Security fixes count more than a fast start, so that `years` is small for hostile files.
 */
export function choose<T extends { readonly binary: Build }>(
  found: readonly T[],
  years: number,
): T | undefined {
  const sorted = [...found].sort((one, other) => newestFirst(one.binary, other.binary));
  const [newest] = sorted;
  const least = (newest?.binary.year ?? Infinity) - years;
  return sorted.find(({ binary }) => binary.selfContained === true && (binary.year ?? 0) >= least) ?? newest;
}

/** Compares for sorting, newest first: by the year of the sources, then by libavcodec; unknown values are the oldest. */
function newestFirst(one: ProgramVersion, other: ProgramVersion): number {
  const [left, right] = [rank(one), rank(other)];
  for (const [index, number] of left.entries()) {
    const difference = (right[index] ?? 0) - number;
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank({ year, libavcodec }: ProgramVersion): number[] {
  return [year ?? 0, ...(libavcodec ?? [0, 0, 0])];
}
