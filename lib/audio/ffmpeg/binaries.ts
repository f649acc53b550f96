import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { isSelfContained } from '../../process/linked-libraries.ts';
import { onPath } from '../../process/path-search.ts';
import type { Sandbox } from '../../process/sandbox.ts';
import { AppError, isErrno } from '../../runtime/errors.ts';
import { readCodecs } from './codec-list.ts';
import { floorText, holesOf } from './known-holes.ts';
import { sandboxFor, type WantedSandbox } from './program-sandbox.ts';
import { type Build, choose, readVersion } from './program-version.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** A program that was found and that runs. */
export interface Binary extends Build {
  /** Absolute path. */
  path: string;
}

export interface Binaries {
  ffmpeg: Binary;
  ffprobe: Binary;
  /** ffprobe for results, which this ffmpeg has just encoded: an older one may read them if it starts faster. */
  resultFfprobe: Binary;
  /** Whether ffmpeg is the build of 2018 that comes with npm. */
  isFallback: boolean;
  /** Names of ffmpeg's encoders. */
  encoders: ReadonlySet<string>;
  /** ffmpeg's decoders by the name of their codec. */
  decoders: ReadonlyMap<string, readonly string[]>;
  /** Names of ffmpeg's muxers. */
  muxers: ReadonlySet<string>;
  /** Whether this ffmpeg can write the length of an MP4 file in samples; builds of 2018 can't. */
  movieTimescale: boolean;
  /** Whether this ffmpeg measures peaks cheaply; builds of 2018 can't. */
  peakMeter: boolean;
  /** Confines ffmpeg and ffprobe, which have started in it. */
  sandbox: Sandbox;
  /** Sentences on published holes in the programs that read uploaded files. */
  holes: readonly string[];
  /** Sentences for the operator. */
  warnings: readonly string[];
}

export interface Wanted {
  ffmpegPath: string | undefined;
  ffprobePath: string | undefined;
  /** Folders to search, as in PATH. */
  path: string;
  /** Whether to accept a slow ffmpeg of 2018 if there is no other. */
  fallback: boolean;
  sandbox: WantedSandbox;
}

/** A possible path of a program, with a warning for the operator if it is used. */
interface Place {
  path: string;
  warning?: string;
}

const OLD =
  'ffmpeg is the build of 2018 that came with npm: it is 2.6 times slower, and it has known security holes. Install ffmpeg, or set FFMPEG_PATH.';

/** Years by which a self-contained program may be older than the newest one found, for uploaded files. */
const YEARS_BEHIND = 1;

/** The same for files that this program encoded itself. */
const YEARS_BEHIND_FOR_RESULTS = 4;

/**
 * Finds ffmpeg and ffprobe. A configured path must work. Otherwise one of npm's packages and of all folders of PATH is chosen:
 * the newest, or a self-contained one that is nearly as new, because a dynamically linked one takes 60 ms of CPU to start.
 * Throws `misconfigured` with a sentence that names the package to install.
 */
export async function findBinaries(wanted: Wanted): Promise<Binaries> {
  const { ffmpegPath, ffprobePath } = wanted;
  const [ffmpegs, ffprobes] = await Promise.all([
    lookAtAll('ffmpeg', 'FFMPEG_PATH', ffmpegPath ? [{ path: ffmpegPath }] : ffmpegPlaces(wanted)),
    lookAtAll('ffprobe', 'FFPROBE_PATH', ffprobePath ? [{ path: ffprobePath }] : ffprobePlaces(wanted)),
  ]);
  const ffmpeg = chosen(ffmpegs, YEARS_BEHIND);
  const ffprobe = chosen(ffprobes, YEARS_BEHIND).binary;
  const resultFfprobe = chosen(ffprobes, YEARS_BEHIND_FOR_RESULTS).binary;
  const programs = [ffmpeg.binary, ffprobe, resultFfprobe].map((binary) => binary.path);
  const [abilities, sandbox] = await Promise.all([
    abilitiesOf(ffmpeg.binary.path),
    sandboxFor([...new Set(programs)], wanted.path, wanted.sandbox),
  ]);
  return {
    ffmpeg: ffmpeg.binary,
    ffprobe,
    resultFfprobe,
    isFallback: ffmpeg.warning !== undefined,
    ...abilities,
    sandbox,
    holes: holeSentences([ffmpeg.binary, ffprobe]),
    warnings: [...(ffmpeg.warning ? [ffmpeg.warning] : []), ...sandbox.warnings],
  };
}

function ffmpegPlaces({ path, fallback }: Wanted): Place[] {
  const old = fallback ? packaged('@ffmpeg-installer/ffmpeg') : undefined;
  return [
    ...places(packaged('ffmpeg-static')),
    ...onPath('ffmpeg', path).map((found) => ({ path: found })),
    ...places(old).map((place) => ({ ...place, warning: OLD })),
  ];
}

function ffprobePlaces({ path }: Wanted): Place[] {
  return [
    ...places(packaged('@ffprobe-installer/ffprobe')),
    ...onPath('ffprobe', path).map((found) => ({ path: found })),
  ];
}

function places(path: string | undefined): Place[] {
  return path ? [{ path }] : [];
}

function holeSentences(programs: readonly Binary[]): string[] {
  return programs.flatMap((program) => {
    const holes = holesOf(program).map(({ id, part }) => `${id} in ${part}`);
    if (holes.length === 0) return [];
    const mend = `Use ${floorText()}; a distribution may have mended them without a new version.`;
    return [`${program.path} has published holes by its version: ${holes.join(', ')}. ${mend}`];
  });
}

/** These packages export a path, or an object with one; on an unsupported platform they are missing or throw. */
function packaged(name: string): string | undefined {
  try {
    const exported: unknown = require(name);
    if (typeof exported === 'string') return exported;
    if (typeof exported === 'object' && exported !== null && 'path' in exported) return String(exported.path);
    return undefined;
  } catch {
    return undefined;
  }
}

interface Found {
  binary: Binary;
  warning: string | undefined;
}

/** The programs of one name that run, at least one. */
type AllFound = readonly [Found, ...Found[]];

function chosen(all: AllFound, years: number): Found {
  return choose(all, years) ?? all[0];
}

/** Runs all candidates at once. Throws `misconfigured` if none of them runs. */
async function lookAtAll(name: string, variable: string, candidates: Place[]): Promise<AllFound> {
  const asked = await Promise.allSettled(candidates.map(lookAt));
  const [first, ...rest] = asked.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
  if (first) return [first, ...rest];
  const reasons = asked.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason);
  const cause = reasons.findLast((reason) => !isErrno(reason, 'ENOENT'));
  const sentence = `${name} was not found, or does not run. Install ffmpeg, or set ${variable} to the program.`;
  throw new AppError('misconfigured', sentence, { cause });
}

async function lookAt({ path, warning }: Place): Promise<Found> {
  await access(path, constants.X_OK);
  const { stdout } = await run(path, ['-version'], { timeout: 20_000 });
  const version = readVersion(stdout);
  if (!version) throw new Error(`${path} is not ffmpeg or ffprobe`);
  return { binary: { path, ...version, selfContained: await isSelfContained(path) }, warning };
}

async function abilitiesOf(
  ffmpeg: string,
): Promise<Pick<Binaries, 'encoders' | 'decoders' | 'muxers' | 'movieTimescale' | 'peakMeter'>> {
  const ask = async (...args: string[]) =>
    (await run(ffmpeg, ['-hide_banner', ...args], { timeout: 20_000 })).stdout;
  const [codecs, muxers, mp4, meter] = await Promise.all([
    ask('-codecs'),
    ask('-muxers'),
    ask('-h', 'muxer=ipod'),
    ask('-h', 'filter=astats'),
  ]);
  return {
    ...readCodecs(codecs),
    muxers: new Set(Array.from(muxers.matchAll(/^ +D?E +(\S+)/gm), ([, name = '']) => name)),
    movieTimescale: mp4.includes('-movie_timescale'),
    peakMeter: meter.includes('measure_overall'),
  };
}
