import type { MediaInfo } from '../media/media-info.ts';
import type { Plan } from './plan.ts';

/**
 * Seconds of one core for an hour of stereo at 48000 Hz, by encoder: CPU time of ffmpeg 5.1 for two minutes of tones and
 * pink noise, on a core of an AMD EPYC.
 */
const HOURLY: ReadonlyMap<string, number> = new Map(
  Object.entries({
    copy: 0.1,
    libmp3lame: 38,
    libvorbis: 35,
    libopus: 31,
    aac: 68,
    wmav2: 9,
    mp2: 6,
    ac3: 6,
    eac3: 6,
    flac: 8,
    alac: 13,
    wavpack: 7,
    tta: 9,
  }),
);

/** The same for PCM, for decoding, for a pass that measures loudness, and for a change of the sample rate. */
const PCM = 0.4;
const DECODING = { samples: 0.6, compressed: 5 };
const LOUDNESS = 11;
const RESAMPLING = 1.2;

/** Seconds that each conversion takes, however short: starts of ffmpeg and ffprobe. */
const START = 0.15;

/** Samples of an hour of stereo at 48000 Hz. */
const HOUR = 3600 * 2 * 48_000;

/** A pass over the result, whose gain the tags get. */
function gainsOf({ replayGain = 'keep' }: Plan['options']): number {
  return replayGain === 'keep' || replayGain === 'drop' ? 0 : DECODING.compressed + LOUDNESS;
}

/** Expected seconds of computing time of one core; machines differ by a factor of two or three. */
export function workSeconds(
  { encoder, chain, options, sampleRate, channels }: Plan,
  media: Pick<MediaInfo, 'codec' | 'sampleRate' | 'channels'>,
  seconds: number,
): number {
  const read = seconds * media.sampleRate * media.channels;
  const written = seconds * sampleRate * channels;
  const decoding = media.codec.startsWith('pcm_') ? DECODING.samples : DECODING.compressed;
  const passes = options.loudness === undefined ? 0 : decoding + LOUDNESS;
  const steps =
    read * (decoding + passes) +
    written * gainsOf(options) +
    written * ((HOURLY.get(encoder.name) ?? PCM) + (chain.resample ? RESAMPLING : 0));
  return Number((START + steps / HOUR).toFixed(2));
}
