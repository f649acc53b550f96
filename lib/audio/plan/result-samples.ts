import type { Probed } from '../media/ffprobe-output.ts';
import type { Plan } from './plan.ts';

/** Samples of each channel of a result; null if the original declares no length on which a plan can rely. */
export function resultSamples({ chain, sampleRate }: Plan, { media, estimated }: Probed): number | null {
  if (media.duration === null || estimated) return null;
  const all = Math.round(media.duration * media.sampleRate);
  const taken = Math.max(0, Math.min(chain.trim.end ?? all, all) - chain.trim.start);
  // ffmpeg's resampler gives a sample for each begun step of the output (tried: 5.1).
  return Math.max(chain.least, Math.ceil((taken * sampleRate) / media.sampleRate));
}
