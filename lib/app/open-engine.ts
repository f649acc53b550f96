import pLimit from 'p-limit';
import { type AudioEngine, createEngine } from '../audio/engine/engine.ts';
import { type Binary, findBinaries } from '../audio/ffmpeg/binaries.ts';
import { describeVersion } from '../audio/ffmpeg/program-version.ts';
import type { Config } from '../config/config.ts';
import { createSpawnHelper } from '../process/spawn-helper.ts';
import { createSpawner } from '../process/spawner.ts';
import type { Log } from '../runtime/log.ts';

/** Finds ffmpeg and ffprobe, and logs which they are. Throws `misconfigured` if one of them is missing. */
export async function openEngine(config: Config, log: Log): Promise<AudioEngine> {
  const { ffmpegPath, ffprobePath, path, limits, conversions } = config;
  const binaries = await findBinaries({ ffmpegPath, ffprobePath, path, fallback: true });
  log.info('Programs', { ffmpeg: named(binaries.ffmpeg), ffprobe: named(binaries.ffprobe) });
  for (const warning of binaries.warnings) log.warn(warning);
  const spawner = config.mode === 'functions' ? createSpawner() : createSpawnHelper();
  return createEngine({ binaries, limits, path, semaphore: pLimit(conversions), spawner });
}

function named(binary: Binary): string {
  return `${describeVersion(binary)}, ${binary.path}`;
}
