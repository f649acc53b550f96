import pLimit from 'p-limit';
import { type AudioEngine, createEngine } from '../audio/engine/engine.ts';
import { type Binaries, type Binary, findBinaries, type Wanted } from '../audio/ffmpeg/binaries.ts';
import { describeBuild } from '../audio/ffmpeg/program-version.ts';
import type { Config } from '../config/config.ts';
import { createSpawnHelper } from '../process/spawn-helper.ts';
import { createSpawner } from '../process/spawner.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';

/** Finds the programs that a configuration wants. */
export type FindBinaries = (wanted: Wanted) => Promise<Binaries>;

/** Finds ffmpeg and ffprobe, and logs which they are. Throws `misconfigured` if one of them is missing or refused. */
export async function openEngine(
  config: Config,
  log: Log,
  find: FindBinaries = findBinaries,
): Promise<AudioEngine> {
  const { path, limits, conversions, splitSeconds } = config;
  const binaries = await find(wantedBinaries(config));
  const { level, parts } = binaries.sandbox;
  log.info('Programs', {
    ffmpeg: named(binaries.ffmpeg),
    ffprobe: named(binaries.ffprobe),
    sandbox: [level, ...parts].join(', '),
  });
  if (config.refusesOldFfmpeg && binaries.holes.length > 0) {
    const sentence = `FFMPEG_FLOOR is refuse. ${binaries.holes.join(' ')}`;
    throw new AppError('misconfigured', sentence);
  }
  for (const warning of [...binaries.warnings, ...binaries.holes]) log.warn(warning);
  const spawner = config.mode === 'functions' ? createSpawner() : createSpawnHelper();
  return createEngine({ binaries, limits, path, semaphore: pLimit(conversions), splitSeconds, spawner });
}

/** The programs that a configuration names or leaves to be found, with the ffmpeg of 2018 if there is no other. */
export function wantedBinaries({ ffmpegPath, ffprobePath, path, sandbox, work }: Config): Wanted {
  return { ffmpegPath, ffprobePath, path, fallback: true, sandbox: { mode: sandbox, folder: work } };
}

function named(binary: Binary): string {
  return `${describeBuild(binary)}, ${binary.path}`;
}
