import { AppError } from '../../runtime/errors.ts';
import { levelledArguments, selectedSound } from '../ffmpeg/arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import { decode, type Tools } from '../ffmpeg/runs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { TrimSilence } from '../formats/trim-silence-option.ts';
import type { Adaptation } from '../media/adaptations.ts';
import { type Chain, UNCHANGED } from '../plan/filters.ts';
import { planConversion } from '../plan/plan.ts';
import { createSoundFinder, type SoundPlace } from '../waveform/sound-finder.ts';
import { once } from './analysis-passes.ts';
import { materialOf, type Original } from './corrections.ts';

/** Options whose cut leaves out the silence of an original, and what that means. */
export interface Trimmed {
  effective: EffectiveOptions;
  adaptations: readonly Adaptation[];
}

/**
 * Puts the ends of the sound into the options `start` and `end`, if the option `trimSilence` asks for it: decodes the original once,
 * within the cut that is requested already. Silence inside stays.
 * @throws `nothing_left` if no sample is above the threshold
 */
export async function trimSilentEnds(
  tools: Tools,
  effective: EffectiveOptions,
  found: Original,
): Promise<Trimmed> {
  const { trimSilence } = effective.options;
  if (!trimSilence) return { effective, adaptations: [] };
  const { chain } = planConversion(effective, found.probed);
  const place = await findSound(tools, found, chain, trimSilence);
  const { sampleRate } = found.probed.media;
  const kept = Math.round(trimSilence.keep * sampleRate);
  const first = Math.max(0, place.first - kept);
  const behind = Math.min(place.total, place.behind + kept);
  const cut = {
    ...(first > 0 && { start: (chain.trim.start + first) / sampleRate }),
    ...(behind < place.total && { end: (chain.trim.start + behind) / sampleRate }),
  };
  return {
    effective: {
      ...effective,
      asked: { ...effective.asked, ...cut },
      options: { ...effective.options, ...cut },
    },
    adaptations: [
      ...toldCut('start', first / sampleRate, trimSilence),
      ...toldCut('end', (place.total - behind) / sampleRate, trimSilence),
    ],
  };
}

async function findSound(
  tools: Tools,
  found: Original,
  chain: Chain,
  { threshold }: TrimSilence,
): Promise<SoundPlace & { first: number }> {
  const material = materialOf(found);
  const { media } = found.probed;
  const finder = createSoundFinder(media.channels, 10 ** (threshold / 20));
  const only: Chain = {
    ...chain,
    mix: null,
    sampleRate: media.sampleRate,
    resample: false,
    fadeIn: 0,
    fadeOut: 0,
  };
  const args = levelledArguments(selectedSound(material.input, material.probed), only, UNCHANGED, null);
  const place = await once(tools, material, [...args, String(threshold)], async () => {
    const { ending } = await decode(tools, material, args, { output: finder.read, steady: true });
    const found = finder.place();
    // The conversion itself tells why nothing can be decoded.
    if (ending.code !== 0 && found.total > 0) throw decodingFailure(ending);
    return found;
  });
  if (place.total === 0) return { first: 0, behind: 0, total: 0 };
  const { first } = place;
  if (first === null) {
    const sentence = `Trimming leaves no sound: no sample of the original is above ${threshold} dBFS.`;
    throw new AppError('nothing_left', sentence);
  }
  return { ...place, first };
}

function toldCut(property: 'start' | 'end', seconds: number, { threshold }: TrimSilence): Adaptation[] {
  if (seconds === 0) return [];
  const length = `${Number(seconds.toFixed(6))} s`;
  const side = property === 'start' ? 'beginning' : 'end';
  const reason = `${length} of silence below ${threshold} dBFS at the ${side} are left out.`;
  return [{ property, from: length, to: '0 s', code: 'silence', reason }];
}
