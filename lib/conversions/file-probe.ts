import { stat } from 'node:fs/promises';
import type { AudioEngine } from '../audio/engine/engine.ts';
import type { Verification } from '../audio/engine/receipts.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { Receipt } from '../audio/media/receipt.ts';
import { createBoundedSemaphore } from '../runtime/bounded-semaphore.ts';
import { AppError } from '../runtime/errors.ts';

/** Probes files that belong to no task. */
export interface Probes {
  /**
   * Reads the media information of a local file.
   * @param measured whether to measure the loudness as well, which decodes the whole file
   * Throws a failure code if the file cannot be converted.
   */
  look(path: string, measured: boolean, signal: AbortSignal): Promise<MediaInfo>;
  /** Compares a local file with the receipt of a result. */
  verify(path: string, receipt: Receipt, signal: AbortSignal): Promise<Verification>;
  /** The front cover of a local file, or its first picture; undefined without one. */
  picture(path: string): Promise<Buffer | undefined>;
}

/** Files whose probe may wait; a waiting one holds its file. */
const WAITING = 64;

/** Seconds after which some of them are probed. */
const RETRY_AFTER = 2;

/**
 * @param atOnce runs of ffprobe at once. Measurements and decodings take turns with conversions instead, and are bounded by
 * the places of their requests.
 */
export function createProbes(engine: () => Promise<AudioEngine>, atOnce: number): Probes {
  const inTurn = createBoundedSemaphore({ concurrency: atOnce, queue: WAITING, full: async () => tooMany() });
  return {
    async look(path, measured, signal) {
      const audio = await engine();
      const probed = await inTurn(() => audio.probe(path, signal), signal);
      const media = { ...probed.media, size: (await stat(path)).size };
      if (!measured) return media;
      return { ...media, loudness: await audio.loudness(async () => ({ source: path, probed }), signal) };
    },
    verify: async (path, receipt, signal) => (await engine()).verify(path, receipt, signal),
    picture: async (path) => (await engine()).picture(path),
  };
}

function tooMany(): AppError {
  return new AppError('unavailable', 'Too many files wait for their probe. Try again.', {
    retryAfter: RETRY_AFTER,
  });
}
