import type { MediaInfo } from '../media/media-info.ts';
import type { Plan } from './plan.ts';

/** Seconds of one core for an hour of stereo at 48000 Hz, by encoder: measured with ffmpeg 5.1 on a core of 2.5 GHz. */
const HOURLY: ReadonlyMap<string, number> = new Map(
  Object.entries({
    copy: 4,
    libmp3lame: 60,
    libvorbis: 75,
    libopus: 70,
    aac: 90,
    wmav2: 30,
    mp2: 25,
    ac3: 25,
    eac3: 30,
    flac: 14,
    alac: 20,
    wavpack: 30,
    tta: 14,
  }),
);

/** The same for PCM, for decoding, for a pass that measures loudness, and for a change of the sample rate. */
const PCM = 3;
const DECODING = { samples: 2, compressed: 8 };
const LOUDNESS = 110;
const RESAMPLING = 25;

/** Seconds that each conversion takes, however short. */
const START = 0.15;

/** Samples of an hour of stereo at 48000 Hz. */
const HOUR = 3600 * 2 * 48_000;

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
    written * ((HOURLY.get(encoder.name) ?? PCM) + (chain.resample ? RESAMPLING : 0));
  return Number((START + steps / HOUR).toFixed(2));
}
