import type { Options } from '../formats/options.ts';
import {
  type GatingBlocks,
  integratedLoudness,
  mergedBlocks,
  shiftedBlocks,
} from '../media/gating-blocks.ts';
import type { SoundLevel } from '../tags/gain-tags.ts';
import { firstLevel, isTolerated, type LoudnessTarget } from './loudness.ts';

/** Gating blocks of the whole original of a track. */
export interface TrackBlocks extends GatingBlocks {
  channels: number;
}

/** The album of a track as one sound, in the way that `albumQuestion` names. */
export interface AlbumOfTrack {
  /** Null: the album is silent. */
  level: SoundLevel | null;
  /** True peak of the original of this track in dBTP; null: silence. */
  peak: number | null;
}

/** LU by which one channel is louder if two loudspeakers play it. */
const DUAL_MONO = 10 * Math.log10(2);

type AlbumOptions = Pick<Options, 'loudness' | 'replayGain' | 'gain'>;

/**
 * Name of the way in which the album of an output is measured, the same for equal ways; undefined if the output asks for none. A loudness of
 * each track by itself changes the tracks among one another, and the album is measured with that.
 */
export function albumQuestion({ loudness, replayGain }: AlbumOptions): string | undefined {
  const isOfAlbum = loudness?.scope === 'album';
  if (!isOfAlbum && replayGain !== 'album') return undefined;
  const channels = loudness?.dualMono === 'yes' ? 'dual-mono' : 'channels';
  if (!loudness || isOfAlbum) return channels;
  return [channels, loudness.target, loudness.truePeak, loudness.tolerance ?? 0].join(' ');
}

/** Level of an album in the way that `albumQuestion` names; null: it is silent. */
export function albumLevel({ loudness }: AlbumOptions, tracks: readonly TrackBlocks[]): SoundLevel | null {
  const each = loudness && loudness.scope !== 'album' ? loudness : undefined;
  const heard = tracks.map((track) => played(track, loudness?.dualMono === 'yes'));
  return levelOf(mergedBlocks(each ? heard.map((blocks) => normalized(blocks, each)) : heard));
}

/** Level of the album as its results have it; `level` is that of `albumLevel`. */
export function deliveredLevel(
  { loudness, gain = 0 }: AlbumOptions,
  level: SoundLevel | null,
): SoundLevel | null {
  if (!level) return null;
  if (loudness) return loudness.scope === 'album' ? levelled(level, loudness) : level;
  return { integrated: level.integrated + gain, truePeak: level.truePeak + gain };
}

/** The level of a sound; null if there is too little sound above the gates. */
export function levelOf(blocks: GatingBlocks): SoundLevel | null {
  const integrated = integratedLoudness(blocks);
  return integrated === null || blocks.truePeak === null ? null : { integrated, truePeak: blocks.truePeak };
}

/** Gain in dB that brings a sound to its target, by itself or with its album; 0 where the tolerance leaves it alone. */
function gainTo(requested: LoudnessTarget, level: SoundLevel): number {
  return isTolerated(requested, level) ? 0 : firstLevel(requested, level, false).gain;
}

function levelled(level: SoundLevel, requested: LoudnessTarget): SoundLevel {
  const gain = gainTo(requested, level);
  const truePeak = gain === 0 ? level.truePeak : Math.min(level.truePeak + gain, requested.truePeak);
  return { integrated: level.integrated + gain, truePeak };
}

/** Blocks of a track that is normalized by itself. */
function normalized(blocks: GatingBlocks, requested: LoudnessTarget): GatingBlocks {
  const level = levelOf(blocks);
  if (!level) return blocks;
  const { truePeak } = levelled(level, requested);
  return { ...shiftedBlocks(blocks, gainTo(requested, level)), truePeak };
}

/** Blocks of a track as loudspeakers play it; its peak stays. */
function played(track: TrackBlocks, isDual: boolean): GatingBlocks {
  if (!isDual || track.channels !== 1) return track;
  return { ...shiftedBlocks(track, DUAL_MONO), truePeak: track.truePeak };
}
