import { z } from 'zod';
import type { Loudness } from '../audio/media/media-info.ts';
import { loudnessKey } from '../tasks/object-keys.ts';
import { type AnalysisDependencies, createKeptAnalysis, type KeptAnalysis } from './kept-analysis.ts';

/** Loudness of the files of tasks; null where there is too little sound to measure. */
export type MeasuredLoudness = KeptAnalysis<Loudness | null>;

const LOUDNESS = z.object({ integrated: z.number(), truePeak: z.number(), range: z.number() }).nullable();

/** A loudness that the conversion has measured already needs no other run. */
export function createMeasuredLoudness(parts: AnalysisDependencies): MeasuredLoudness {
  const kept = createKeptAnalysis<Loudness | null>(parts, {
    key: loudnessKey,
    make: (audio, open, signal) => audio.loudness(open, signal),
    toBytes: (loudness) => Buffer.from(JSON.stringify(loudness)),
    fromBytes: (bytes) => LOUDNESS.parse(JSON.parse(bytes.toString())),
  });
  return {
    async find(userId, id, of) {
      const found = await kept.find(userId, id, of);
      const known = (of === 'original' ? found.task.media : found.task.result?.media)?.loudness;
      return known ? { ...found, read: async () => known } : found;
    },
  };
}
