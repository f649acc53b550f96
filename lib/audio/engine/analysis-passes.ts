import { lengthArguments, loudnessArguments, pictureArguments } from '../ffmpeg/arguments.ts';
import { conversionFailure, decodingFailure } from '../ffmpeg/exit-errors.ts';
import { decode, type Material, type Tools } from '../ffmpeg/runs.ts';
import type { Loudness } from '../media/media-info.ts';
import type { Picture } from '../media/picture.ts';
import type { Chain } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { mayBeTag, pictureReader } from '../tags/cover-art.ts';
import { readLoudness } from './loudness.ts';

/** A source with its conversion plan. */
interface PlannedMaterial extends Material {
  plan: Plan;
}

/** Reads the cover picture; null if there is none, if it is too large, or if ffmpeg copies it itself. */
export async function readPicture(tools: Tools, work: PlannedMaterial): Promise<Picture | null> {
  const { input, plan } = work;
  const { cover, format } = plan;
  if (!cover || format.cover === 'stream') return null;
  const reader = pictureReader();
  const { ending } = await decode(tools, work, pictureArguments(input, cover), {
    output: reader.read,
  });
  const bytes = ending.code === 0 ? reader.bytes() : null;
  if (!bytes || (format.cover === 'tag' && !mayBeTag(bytes, tools.binaries))) return null;
  return { cover, bytes };
}

/** Counts the samples of a result; the declared duration is not exact enough for a fade at the end. */
export async function countSamples(tools: Tools, work: PlannedMaterial): Promise<number> {
  const { input, plan } = work;
  const args = lengthArguments(input, plan.chain);
  const { seconds, ending } = await decode(tools, work, args, {});
  if (ending.code !== 0) throw conversionFailure(ending, plan.format, tools.limits);
  return Math.round(seconds * plan.sampleRate);
}

/**
 * Measures the loudness of a source; null if there is too little sound.
 * @param chain filters to apply first; null: none
 * @param length samples after the filters, which a fade-out needs
 */
export async function measure(
  tools: Tools,
  material: Material,
  chain: Chain | null = null,
  length: number | null = null,
): Promise<Loudness | null> {
  const args = loudnessArguments(material.input, chain, length);
  const { ending } = await decode(tools, material, args, {});
  if (ending.code !== 0) throw decodingFailure(ending);
  return readLoudness(ending.stderr);
}
