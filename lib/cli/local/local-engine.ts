import { mkdir, symlink } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { openEngine } from '../../app/open-engine.ts';
import type { Made } from '../../audio/engine/encode.ts';
import type { AudioEngine } from '../../audio/engine/engine.ts';
import { type JoinTrack, ofTrack } from '../../audio/engine/join.ts';
import type { PlannedResults } from '../../audio/engine/planned-split.ts';
import { effectiveOptions } from '../../audio/formats/effective-options.ts';
import type { Format } from '../../audio/formats/formats.ts';
import { describeOptions, parseOptions } from '../../audio/formats/options.ts';
import type { MediaInfo } from '../../audio/media/media-info.ts';
import { type Limits, loadConfig } from '../../config/config.ts';
import { AppError, hasCode } from '../../runtime/errors.ts';
import { silentLog } from '../../runtime/log.ts';
import { createWorkspaces } from '../../runtime/working-folders.ts';
import { type CommandError, usageError } from '../terminal/command-error.ts';
import { whenExiting } from '../terminal/stop.ts';
import { toldWriteError } from '../terminal/write-errors.ts';
import { makeLocalParts } from './local-parts.ts';

/** The engine on this machine, without a service, an account and a database. */
export interface LocalEngine {
  /** Output formats with their options, as the service describes them. */
  describeFormats(): { name: string; extension: string; codec: string; options: Record<string, unknown> }[];
  /** Checks a request. Throws a usage error. */
  check(format: string, options: object): void;
  probe(path: string, how: { loudness?: boolean; signal: AbortSignal }): Promise<MediaInfo>;
  /** Plans a conversion without making it. Throws as `convert`. */
  plan(path: string, how: { format: string; options: object; signal: AbortSignal }): Promise<PlannedResults>;
  /** Converts a file into a private folder, and answers the path of the result there. */
  convert(conversion: LocalConversion): Promise<{ path: string; made: Made }>;
  /** Joins files to one in a private folder, and answers its path there. */
  join(join: LocalJoin): Promise<{ path: string; made: Made }>;
  close(): void;
}

export interface LocalJoin extends Omit<LocalConversion, 'path' | 'onProgress'> {
  /** Tracks in their order. */
  paths: readonly string[];
  title: string;
  /** Seconds by which neighbours overlap. */
  crossfade: number;
}

export interface LocalConversion {
  path: string;
  folder: string;
  format: string;
  options: object;
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

/** Limits of a service protect it from its users; here only those remain that end a hanging program. */
const OWN_LIMITS = {
  uploadBytes: Number.MAX_SAFE_INTEGER,
  formBytes: Number.MAX_SAFE_INTEGER,
  resultBytes: 2 ** 42,
  durationSeconds: 10_000_000,
  conversionSeconds: 2_000_000,
} satisfies Partial<Limits>;

/** @param jobs programs at once */
export async function openLocalEngine(jobs: number): Promise<LocalEngine> {
  const config = loadConfig();
  const limits = { ...config.limits, ...OWN_LIMITS };
  const engine = await openEngine({ ...config, limits, conversions: jobs }, silentLog);
  const forget = whenExiting(() => engine.killAll());
  const workspaces = createWorkspaces(config.work);
  return {
    describeFormats: () =>
      engine.formats.map((format) => ({
        name: format.name,
        extension: format.extension,
        codec: format.codec.encoders[0].codec,
        options: describeOptions(format),
      })),
    check(name, options) {
      parsedOptions(engine, name, options);
    },
    probe: (path, { loudness, signal }) =>
      workspaces.use(async (folder) => {
        const source = await linked(path, folder);
        const probed = await engine.probe(source, signal);
        return loudness
          ? { ...probed.media, loudness: await engine.loudness(async () => ({ source, probed }), signal) }
          : probed.media;
      }),
    plan: (path, { format, options, signal }) =>
      workspaces.use(async (folder) => {
        const input = await linked(path, folder);
        const probed = await engine.probe(input, signal);
        return engine.plan({ input, probed, options: parsedOptions(engine, format, options), signal });
      }),
    async convert({ path, folder, format: name, options, onProgress, signal }) {
      const format = formatOf(engine, name);
      const input = await linked(path, folder);
      const output = join(folder, `output.${format.extension}`);
      try {
        const probed = await engine.probe(input, signal);
        const effective = parsedOptions(engine, name, options);
        if (effective.options.split !== undefined) {
          const archive = join(folder, 'parts.zip');
          const split = { input, probed, options: effective, folder, name: parse(path).name };
          return {
            path: archive,
            made: await makeLocalParts(engine, { ...split, onProgress, signal }, archive),
          };
        }
        return {
          path: output,
          made: await engine.convert({ input, output, probed, options: effective, onProgress, signal }),
        };
      } catch (error) {
        throw toldError(error, options);
      }
    },
    async join({ paths, folder, format: name, options, title, crossfade, signal }) {
      const format = formatOf(engine, name);
      const effective = parsedOptions(engine, name, options);
      if (effective.options.split !== undefined)
        throw usageError('--option split: a join is one file. Join first, then convert it with split.');
      const output = join(folder, `output.${format.extension}`);
      const tracks: JoinTrack[] = [];
      for (const [index, path] of paths.entries())
        tracks.push(await openTrack(engine, folder, index, path, signal));
      try {
        const copied = effective.asked.audio === 'copy';
        const joined = await engine.join({ tracks, title, crossfade, copied, folder, signal });
        const { source: input, probed, cover } = joined;
        const how = { options: effective, onProgress: () => undefined, signal };
        const made = await engine.convert({ input, output, probed, cover, ...how });
        return { path: output, made: { ...made, adaptations: [...joined.adaptations, ...made.adaptations] } };
      } catch (error) {
        throw toldError(error, options);
      }
    },
    close() {
      forget();
      engine.killAll();
    },
  };
}

async function openTrack(
  engine: AudioEngine,
  folder: string,
  index: number,
  path: string,
  signal: AbortSignal,
): Promise<JoinTrack> {
  const own = join(folder, `track-${index + 1}`);
  await mkdir(own, { mode: 0o700 });
  const source = await linked(path, own);
  const name = parse(path).name;
  try {
    return { source, probed: await engine.probe(source, signal), name };
  } catch (error) {
    throw ofTrack(index, name, error);
  }
}

/** Programs see no name of a person: only this link. */
async function linked(path: string, folder: string): Promise<string> {
  const link = join(folder, 'input');
  await symlink(resolve(path), link);
  return link;
}

function formatOf({ formats }: AudioEngine, name: string): Format {
  const format = formats.find((one) => one.name === name);
  if (format) return format;
  throw usageError(
    `This ffmpeg makes no ${name}. Expected one of ${formats.map((one) => one.name).join(', ')}.`,
  );
}

function parsedOptions(engine: AudioEngine, name: string, options: object) {
  const format = formatOf(engine, name);
  try {
    return effectiveOptions(format, parseOptions(format, options));
  } catch (error) {
    throw error instanceof AppError ? usageError(error.message) : error;
  }
}

/** The error of a conversion, as a person is told it. A result that cannot fit met the limit of the request, not that of the system. */
function toldError(error: unknown, options: object): unknown {
  const isUnfit = 'fit' in options && hasCode(error, 'result_too_large');
  return isUnfit ? error : (writeErrorIn(error) ?? error);
}

/** Programs alone have met a disk that takes no more, and tell it in their own words. */
function writeErrorIn(error: unknown): CommandError | undefined {
  if (!(error instanceof Error)) return undefined;
  // No result reaches the limit of the engine here: one that is too large has met that of the system.
  const text = hasCode(error, 'result_too_large') ? 'File too large' : error.message;
  return toldWriteError(text, error) ?? writeErrorIn(error.cause);
}
