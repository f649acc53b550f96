import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { onPath } from '../../process/path-search.ts';
import { findSandbox, type Sandbox } from '../../process/sandbox.ts';
import { AppError, isErrno } from '../../runtime/errors.ts';
import { newestFirst, type ProgramVersion, readVersion } from './program-version.ts';
import { MEMORY } from './resource-limits.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** A program that was found and that runs. */
export interface Binary extends ProgramVersion {
  /** Absolute path. */
  path: string;
}

export interface Binaries {
  ffmpeg: Binary;
  ffprobe: Binary;
  /** Whether ffmpeg is the build of 2018 that comes with npm. */
  isFallback: boolean;
  /** Names of ffmpeg's encoders. */
  encoders: ReadonlySet<string>;
  /** Names of ffmpeg's muxers. */
  muxers: ReadonlySet<string>;
  /** Whether this ffmpeg can write the length of an MP4 file in samples; builds of 2018 can't. */
  movieTimescale: boolean;
  /** Wrapper programs, each with its arguments, that run a command under limits. */
  sandbox: Sandbox;
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
}

/** A possible path of a program, with a warning for the operator if it is used. */
interface Place {
  path: string;
  warning?: string;
}

const OLD =
  'ffmpeg is the build of 2018 that came with npm: it is 2.6 times slower, and it has known security holes. Install ffmpeg, or set FFMPEG_PATH.';

/**
 * Finds ffmpeg and ffprobe. A configured path must work. Otherwise the newest program of npm's packages and of all
 * folders of PATH wins: security fixes of decoders matter more than the slower start of a dynamically linked program.
 * Throws `misconfigured` with a sentence that names the package to install.
 */
export async function findBinaries(wanted: Wanted): Promise<Binaries> {
  const { ffmpegPath, ffprobePath } = wanted;
  const [ffmpeg, ffprobe, sandbox] = await Promise.all([
    newest('ffmpeg', 'FFMPEG_PATH', ffmpegPath ? [{ path: ffmpegPath }] : ffmpegPlaces(wanted)),
    newest('ffprobe', 'FFPROBE_PATH', ffprobePath ? [{ path: ffprobePath }] : ffprobePlaces(wanted)),
    findSandbox(wanted.path, MEMORY),
  ]);
  return {
    ffmpeg: ffmpeg.binary,
    ffprobe: ffprobe.binary,
    isFallback: ffmpeg.warning !== undefined,
    ...(await abilitiesOf(ffmpeg.binary.path)),
    sandbox,
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

/** Runs all candidates at once and returns the newest; of equal versions the first. */
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
  if (!version) throw new Error(`${path} is not ffmpeg or ffprobe`);
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
