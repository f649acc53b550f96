import { AppError } from '../../runtime/errors.ts';
import { effectiveOptions } from '../formats/effective-options.ts';
import { findFormat } from '../formats/formats.ts';
import type { Options } from '../formats/options.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Depth } from '../media/media-info.ts';
import { type Plan, planConversion } from './plan.ts';

/** The sound that all tracks of a join have in common. */
export interface CommonSound {
  sampleRate: number;
  channels: number;
  channelLayout: string | null;
  /** Depth that holds every sample of every track; null if one of them is lossy and no other has more than 16 bits. */
  depth: Depth | null;
  /** Depth of the samples between decoder and encoder. */
  stored: Depth;
}

/** The highest rate, the most channels and the greatest depth of the tracks, so that none loses sound. */
export function commonSound(tracks: readonly Probed[], fades: boolean): CommonSound {
  const [first] = tracks;
  if (!first) throw new TypeError('a join has tracks');
  const widest = tracks.reduce(
    (most, each) => (each.media.channels > most.media.channels ? each : most),
    first,
  );
  const depths = tracks.flatMap(({ depth }) => (depth ? [depth] : []));
  const most = depths.reduce<Depth | null>(deeper, null);
  const isLossy = depths.length < tracks.length;
  const depth = isLossy ? depthOfMixed(most) : most;
  const floating = isLossy || fades || depth === null || depth.float;
  const stored: Depth = floating ? { bits: depth && depth.bits > 32 ? 64 : 32, float: true } : depth;
  const { channels, channelLayout } = widest.media;
  const sampleRate = Math.max(...tracks.map(({ media }) => media.sampleRate));
  return { sampleRate, channels, channelLayout, depth, stored };
}

/** Samples of lossy tracks may exceed full scale, which only floating point holds. */
function depthOfMixed(most: Depth | null): Depth | null {
  return most === null || most.bits <= 16 ? null : { bits: most.bits > 32 ? 64 : 32, float: true };
}

function deeper(one: Depth | null, other: Depth): Depth {
  if (!one) return other;
  return { bits: one.bits >= other.bits ? one.bits : other.bits, float: one.float || other.float };
}

/** Plans the samples of one track in the sound that all have in common. */
export function planTrack(probed: Probed, { sampleRate, channels, stored }: CommonSound): Plan {
  const format = findFormat('wav');
  if (!format) throw new TypeError('there is no format wav');
  const bitDepth: Options['bitDepth'] = stored.bits === 8 ? 16 : stored.bits;
  const encoding = stored.float ? 'float' : 'pcm';
  const wanted: Options = { sampleRate, channels, encoding, ...(bitDepth && { bitDepth }) };
  return planConversion(effectiveOptions(format, wanted), probed);
}

/** Tells what a track is changed into. @param name as the tracks of an album are called */
export function trackChanges(name: string, { media }: Probed, common: CommonSound): Adaptation[] {
  const changes: Adaptation[] = [];
  const reason = `${name}: all tracks of a join have one sample rate and one number of channels.`;
  for (const property of ['sampleRate', 'channels'] as const)
    if (media[property] !== common[property])
      changes.push({ property, from: media[property], to: common[property], code: 'joined', reason });
  return changes;
}

/** Samples by which each two neighbours overlap. @throws `cannot_join` if a track is too short for it */
export function overlapOf(lengths: readonly number[], seconds: number, sampleRate: number): number {
  const overlap = Math.round(seconds * sampleRate);
  const shortest = Math.min(...lengths);
  if (overlap * 2 > shortest && lengths.length > 1)
    throw new AppError(
      'cannot_join',
      `The crossfade of ${seconds} s is longer than half of the shortest track, which has ${(shortest / sampleRate).toFixed(3)} s.`,
    );
  return overlap;
}
