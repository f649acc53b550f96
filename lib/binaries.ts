import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { OPEN_FILES } from './child.ts';
import { AppError, isErrno } from './errors.ts';
import { MEMORY } from './limits.ts';
import { newestFirst, type ProgramVersion, readVersion } from './program-version.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** A program that was found and answered. */
export interface Binary extends ProgramVersion {
  /** Absolute path. */
  path: string;
}

export interface Binaries {
  ffmpeg: Binary;
  ffprobe: Binary;
  /** Names of ffmpeg's encoders. */
  encoders: ReadonlySet<string>;
  /** Names of ffmpeg's muxers. */
  muxers: ReadonlySet<string>;
  /** Whether its MP4 can count in samples; builds of 2018 can't. */
  movieTimescale: boolean;
  /** Programs that a command is put behind, each with its arguments. */
  cage: Cage;
  /** Sentences for the operator. */
  warnings: readonly string[];
}

/** What this machine has to hold a program within limits; undefined where it has not. */
export interface Cage {
  /** Sets resource limits (util-linux). */
  prlimit: string | undefined;
  /** Has the kernel kill the program when its parent dies (util-linux). */
  setpriv: string | undefined;
  /** Sentences for the operator, one for each that is missing. */
  warnings: readonly string[];
}

export interface Wanted {
  ffmpegPath: string | undefined;
  ffprobePath: string | undefined;
  /** Where programs are looked for, as in PATH. */
  path: string;
  /** Whether a slow ffmpeg of 2018 will do where there is no other. */
  fallback: boolean;
}

/** Where a program may be, and what the operator should know when it is there. */
interface Place {
  path: string;
  warning?: string;
}

const OLD =
  'ffmpeg is the build of 2018 that came with npm: it works, but 2.6 times slower. Install ffmpeg, or set FFMPEG_PATH.';

/**
 * Finds ffmpeg and ffprobe. A path that is configured must work; else the newest wins of npm's packages and of all
 * folders of PATH: a decoder's mended holes count more than the time that a dynamically linked program takes to start.
 * Throws `misconfigured` with a sentence that says what to install.
 */
export async function findBinaries(wanted: Wanted): Promise<Binaries> {
  const { ffmpegPath, ffprobePath } = wanted;
  const [ffmpeg, ffprobe, cage] = await Promise.all([
    newest('ffmpeg', 'FFMPEG_PATH', ffmpegPath ? [{ path: ffmpegPath }] : ffmpegPlaces(wanted)),
    newest('ffprobe', 'FFPROBE_PATH', ffprobePath ? [{ path: ffprobePath }] : ffprobePlaces(wanted)),
    findCage(wanted.path, MEMORY),
  ]);
  return {
    ffmpeg: ffmpeg.binary,
    ffprobe: ffprobe.binary,
    ...(await abilitiesOf(ffmpeg.binary.path)),
    cage,
    warnings: [...(ffmpeg.warning ? [ffmpeg.warning] : []), ...cage.warnings],
  };
}

function ffmpegPlaces({ path, fallback }: Wanted): Place[] {
  const old = fallback ? packaged('@ffmpeg-installer/ffmpeg') : undefined;
  return [
    ...places(packaged('ffmpeg-static')),
    ...onPath('ffmpeg', path),
    ...places(old).map((place) => ({ ...place, warning: OLD })),
  ];
}

function ffprobePlaces({ path }: Wanted): Place[] {
  return [...places(packaged('@ffprobe-installer/ffprobe')), ...onPath('ffprobe', path)];
}

function places(path: string | undefined): Place[] {
  return path ? [{ path }] : [];
}

function onPath(name: string, path: string): Place[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => ({ path: join(folder, name) }));
}

/** These packages export a path, or an object with one; where the platform has none, they are missing or throw. */
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

/** Asks all at once; of equals the first in turn. */
async function newest(name: string, variable: string, candidates: Place[]): Promise<Found> {
  const asked = await Promise.allSettled(candidates.map(lookAt));
  const found = asked.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
  const [best] = found.sort((one, other) => newestFirst(one.binary, other.binary));
  if (best) return best;
  const reasons = asked.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason);
  const cause = reasons.findLast((reason) => !isErrno(reason, 'ENOENT'));
  const sentence = `${name} was not found, or does not run. Install ffmpeg, or set ${variable} to the program.`;
  throw new AppError('misconfigured', sentence, { cause });
}

async function lookAt({ path, warning }: Place): Promise<Found> {
  await access(path, constants.X_OK);
  const { stdout } = await run(path, ['-version'], { timeout: 20_000 });
  const version = readVersion(stdout);
  if (!version) throw new Error(`${path} does not answer as ffmpeg does`);
  return { binary: { path, ...version }, warning };
}

async function abilitiesOf(
  ffmpeg: string,
): Promise<Pick<Binaries, 'encoders' | 'muxers' | 'movieTimescale'>> {
  const ask = async (...args: string[]) =>
    (await run(ffmpeg, ['-hide_banner', ...args], { timeout: 20_000 })).stdout;
  const [encoders, muxers, mp4] = await Promise.all([
    ask('-encoders'),
    ask('-muxers'),
    ask('-h', 'muxer=ipod'),
  ]);
  return {
    encoders: new Set(encoders.match(/(?<=^ A\S{5} )\S+/gm)),
    muxers: new Set(muxers.match(/(?<=^ +D?E +)\S+/gm)),
    movieTimescale: mp4.includes('-movie_timescale'),
  };
}

/**
 * Finds the programs that hold others within limits.
 * @param memory bytes of address space, the most that is ever allowed: without privileges a process can't give more than
 * its own hard limit
 */
export async function findCage(path: string, memory: number): Promise<Cage> {
  const limits = [`--as=${memory}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  const [prlimit, setpriv] = await Promise.all([
    working(onPath('prlimit', path), [...limits, 'true']),
    working(onPath('setpriv', path), ['--pdeathsig', 'KILL', 'true']),
  ]);
  return {
    prlimit: prlimit.path,
    setpriv: setpriv.path,
    warnings: [
      ...(prlimit.problem ? [`prlimit ${prlimit.problem}: ${UNLIMITED}`] : []),
      ...(setpriv.problem ? [`setpriv ${setpriv.problem}: ${SURVIVES}`] : []),
    ],
  };
}

const UNLIMITED =
  'conversions run without limits on memory, computing time and open files. It belongs to util-linux.';
const SURVIVES =
  'a conversion whose parent process is killed goes on until it ends by itself. It belongs to util-linux, from 2.33 on.';

/** Either the first program that does as it is told, or why there is none. */
type Trial = { path: string; problem: undefined } | { path: undefined; problem: string };

/** Other systems have no such program, or one that knows less. */
async function working(candidates: Place[], trial: string[]): Promise<Trial> {
  let problem = 'was not found';
  for (const { path } of candidates) {
    try {
      await run(path, trial, { timeout: 5000 });
      return { path, problem: undefined };
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) problem = `does not work here (${lastLine(error)})`;
    }
  }
  return { path: undefined, problem };
}

function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').at(-1) ?? '';
}
