import type { ProgramVersion } from './program-version.ts';

/** A published hole in code that uploaded files reach. */
export interface Hole {
  id: string;
  /** The part of ffmpeg that has it. */
  part: string;
  /** First releases without it, one a branch, in rising order; later branches never had it. */
  mended: readonly string[];
  /** Year of the mend: older sources have the hole. */
  year: number;
}

/**
 * Holes in what the allow-lists leave open, the newest first. Sources: ffmpeg's Changelog and Debian's changelog of 5.1.9; for the
 * others the CVE's own record. A new row raises the floor.
 */
export const HOLES: readonly Hole[] = [
  { id: 'CVE-2026-40962', part: 'the demuxer of MP4', mended: ['5.1.9', '8.1'], year: 2026 },
  { id: 'CVE-2025-22919', part: 'the decoder of AAC', mended: ['5.1.7'], year: 2025 },
  { id: 'CVE-2024-7272', part: 'the resampler', mended: ['5.1.6', '6.0'], year: 2023 },
  { id: 'CVE-2021-38291', part: 'time stamps', mended: ['4.1.7', '4.2.5', '4.3.3', '4.4.1'], year: 2021 },
];

/**
 * Published holes of a build, by its version. A release counts by its branch, where the table has it, and everything else by the
 * year of its sources; a build whose version and year are unknown has none. A distribution may have mended a hole without a new version.
 */
export function holesOf(build: ProgramVersion): Hole[] {
  return HOLES.filter((hole) => hasHole(build, hole));
}

/** The lowest versions without any of the holes, for a sentence. */
export function floorText(): string {
  const [newest] = HOLES;
  return newest ? `${newest.mended.join(', ')}, or sources of ${newest.year}` : 'any version';
}

function hasHole({ version, year }: ProgramVersion, { mended, year: mendedIn }: Hole): boolean {
  const release = releaseOf(version);
  if (release) {
    const branch = mended.map(releaseOf).find((one) => one && branchOf(one) === branchOf(release));
    if (branch) return compare(release, branch) < 0;
    const last = releaseOf(mended.at(-1) ?? '');
    if (last && mended.length > 1 && compare(release, last) > 0) return false;
  }
  return year !== null && year < mendedIn;
}

type Release = readonly [major: number, minor: number, patch: number];

/** The numbers of a release such as `n7.1.1` or `5.1.9-0+deb12u1`; undefined for a nightly build. */
function releaseOf(version: string): Release | undefined {
  const [, major, minor, patch = '0'] = /^n?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function branchOf([major, minor]: Release): string {
  return `${major}.${minor}`;
}

function compare(one: Release, other: Release): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}
