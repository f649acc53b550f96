import type { AudioEngine } from '../audio/engine/engine.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { Gate } from '../runtime/semaphore.ts';

/** Looks into files that belong to no task. */
export interface Probes {
  /**
   * What a local file holds, and its loudness where that is asked for, which decodes all of it.
   * Throws what makes an original no audio, or none that can be taken.
   */
  look(path: string, measured: boolean, signal: AbortSignal): Promise<MediaInfo>;
}

/** @param gate lets so many be measured at once; a look alone costs next to nothing */
export function createProbes(engine: () => Promise<AudioEngine>, gate: Gate): Probes {
  return {
    async look(path, measured, signal) {
      const audio = await engine();
      const probed = await audio.probe(path, signal);
      const { media } = probed;
      if (!measured) return media;
      return { ...media, loudness: await gate(() => audio.loudness(path, probed, signal)) };
    },
  };
}
