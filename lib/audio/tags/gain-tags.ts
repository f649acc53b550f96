import type { Format } from '../formats/formats.ts';
import type { Tags } from '../media/tag-names.ts';
import type { Plan } from '../plan/plan.ts';

/** LUFS to which gains refer: ReplayGain 2.0 (Hydrogenaudio, "ReplayGain 2.0 specification"), and Opus (RFC 7845, 5.2.1). */
export const REFERENCE = { replayGain: -18, opus: -23 };

/** Units of Opus' gains a decibel: Q7.8, signed with 16 bits (RFC 7845, 5.2.1). */
export const UNITS = 256;

const [LEAST, MOST] = [-(2 ** 15), 2 ** 15 - 1];

/** Loudness of a delivered sound. */
export interface SoundLevel {
  /** LUFS. */
  integrated: number;
  /** dBTP. */
  truePeak: number;
}

/** Whether a result has gains in Opus' form: Ogg Opus has no place for those of ReplayGain, nor for peaks (RFC 7845, 5.2.1). */
export function hasOpusGains({ muxer }: Pick<Format, 'muxer'>): boolean {
  return muxer === 'opus';
}

/** Tags with the gain of a track, and of its album, in the form that readers of the format know. */
export function gainTags(
  format: Pick<Format, 'muxer'>,
  track: SoundLevel | null,
  album: SoundLevel | null,
): Tags {
  const named = hasOpusGains(format) ? opusGain : replayGain;
  return { ...(track && named('track', track)), ...(album && named('album', album)) };
}

/** Gains of about the length of those that a result will get; none where it gets none. */
export function expectedGains({
  format,
  options: { replayGain = 'keep' },
}: Pick<Plan, 'format' | 'options'>): Tags {
  if (replayGain === 'keep' || replayGain === 'drop' || format.tags === 'none') return {};
  return gainTags(format, TYPICAL, replayGain === 'album' ? TYPICAL : null);
}

const TYPICAL: SoundLevel = { integrated: -9, truePeak: 0 };

type Of = 'track' | 'album';

function opusGain(of: Of, { integrated }: SoundLevel): Tags {
  const units = Math.round((REFERENCE.opus - integrated) * UNITS);
  return { [`R128_${of.toUpperCase()}_GAIN`]: [String(Math.min(MOST, Math.max(LEAST, units)))] };
}

function replayGain(of: Of, { integrated, truePeak }: SoundLevel): Tags {
  const [gain, peak] =
    of === 'track'
      ? ['replaygainTrackGain', 'replaygainTrackPeak']
      : ['replaygainAlbumGain', 'replaygainAlbumPeak'];
  return {
    [gain]: [shownGain(REFERENCE.replayGain - integrated)],
    [peak]: [(10 ** (truePeak / 20)).toFixed(6)],
  };
}

/** The form of ReplayGain: `-7.89 dB`. */
export function shownGain(dB: number): string {
  return `${dB.toFixed(2)} dB`;
}
