import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError, isErrno } from './errors.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** A program that was found and answered. */
export interface Binary {
  /** Absolute path. */
  path: string;
  /** As it names itself, such as `5.1.9-0+deb12u1`. */
  version: string;
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
 * Finds ffmpeg and ffprobe. A path that is configured must work; the others are tried in turn: ffmpeg-static, PATH,
 * the fallback; for ffprobe the static build first, which costs 3 ms a call where a dynamically linked one costs 57.
 * Throws `misconfigured` with a sentence that says what to install.
 */
export async function findBinaries(wanted: Wanted): Promise<Binaries> {
  const { ffmpegPath, ffprobePath } = wanted;
  const [ffmpeg, ffprobe] = await Promise.all([
    first('ffmpeg', 'FFMPEG_PATH', ffmpegPath ? [{ path: ffmpegPath }] : ffmpegPlaces(wanted)),
    first('ffprobe', 'FFPROBE_PATH', ffprobePath ? [{ path: ffprobePath }] : ffprobePlaces(wanted)),
  ]);
  return {
    ffmpeg: ffmpeg.binary,
    ffprobe: ffprobe.binary,
    ...(await abilitiesOf(ffmpeg.binary.path)),
    cage: await findCage(wanted.path),
    warnings: ffmpeg.warning ? [ffmpeg.warning] : [],
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

async function first(
  name: string,
  variable: string,
  candidates: Place[],
): Promise<{ binary: Binary; warning: string | undefined }> {
  let cause: unknown;
  for (const { path, warning } of candidates) {
    try {
      return { binary: { path, version: await versionOf(path) }, warning };
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) cause = error;
    }
  }
  const sentence = `${name} was not found, or does not run. Install ffmpeg, or set ${variable} to the program.`;
  throw new AppError('misconfigured', sentence, { cause });
}

async function versionOf(path: string): Promise<string> {
  await access(path, constants.X_OK);
  const { stdout } = await run(path, ['-version'], { timeout: 20_000 });
  const version = /^ff\w+ version (\S+)/.exec(stdout)?.[1];
  if (!version) throw new Error(`${path} does not answer as ffmpeg does`);
  return version;
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

/** Finds what holds programs within limits. */
export async function findCage(path: string): Promise<Cage> {
  const [prlimit, setpriv] = await Promise.all([
    working(onPath('prlimit', path), ['--core=0', 'true']),
    working(onPath('setpriv', path), ['--pdeathsig', 'KILL', 'true']),
  ]);
  return { prlimit, setpriv };
}

/** The first of these that does what is asked of it; other systems have none, or one that knows less. */
async function working(candidates: Place[], trial: string[]): Promise<string | undefined> {
  for (const { path } of candidates) {
    try {
      await run(path, trial, { timeout: 5000 });
      return path;
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}
