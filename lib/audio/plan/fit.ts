import { AppError, hasCode } from '../../runtime/errors.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Fit } from '../formats/fit-option.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { overhead } from './expected-size.ts';

/** A sample rate, channels and a bitrate by which a result stays within its limit. */
export interface FitChoice {
  /** The options with what was chosen. */
  effective: EffectiveOptions;
  /** Bits a second. */
  bitrate: number;
  /** Bits a second below and above which no choice is possible with these channels and this sample rate. */
  least: number;
  most: number;
  /** Whether the codec has few bitrates, or its container few sizes, so that no result comes near to every limit. */
  isCoarse: boolean;
  adaptations: readonly Adaptation[];
}

/** Sound that has to fit. */
export interface FitSound {
  /** Duration of the result. */
  seconds: number;
  /** Bytes of tags, pictures and chapters. */
  tags: number;
}

/** Rates at which a codec sounds as it should: more sound needs more of them. */
interface Comfort {
  /** Bits of a sample of each channel, below which fewer samples or channels sound better. */
  perSample: number;
  /** Lowest sample rate (Hz), and lowest bits a second of one channel there: the floor of the quality. */
  rate: number;
  floor: number;
}

/** By ffprobe's name of the codec; the floor is speech that is understood without effort. */
const COMFORTS: ReadonlyMap<string, Comfort> = new Map(
  Object.entries({
    opus: { perSample: 0.5, rate: 48_000, floor: 10_000 },
    aac: { perSample: 0.75, rate: 16_000, floor: 16_000 },
    mp3: { perSample: 1, rate: 16_000, floor: 16_000 },
    vorbis: { perSample: 0.9, rate: 16_000, floor: 16_000 },
    wmav2: { perSample: 1, rate: 16_000, floor: 24_000 },
    mp2: { perSample: 1.75, rate: 16_000, floor: 32_000 },
    ac3: { perSample: 1.5, rate: 32_000, floor: 48_000 },
    eac3: { perSample: 1.25, rate: 32_000, floor: 48_000 },
  }),
);

const COMFORT: Comfort = { perSample: 1, rate: 16_000, floor: 32_000 };

/** Sample rates to choose from, Hz. */
const RATES = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000] as const;

/** Part of a limit for which the first encoding aims; the rest is for what encoders vary. */
export const AIM = 0.98;

/**
 * Chooses sample rate, channels and bitrate by arithmetic; those that the request sets stay.
 * @throws `result_too_large` if the quality would fall below the floor; the sentence names the smallest limit
 */
export function chooseFit(effective: EffectiveOptions, source: Probed, sound: FitSound): FitChoice {
  const { format, options } = effective;
  const { fit } = options;
  const bitrates = format.codec.bitrates;
  if (!fit || !bitrates) throw new TypeError('nothing has to fit');
  const wanted = budget(effective, sound, fit.maxBytes);
  const shapes = shapesOf(effective, source, fit);
  const comfort = comfortOf(effective);
  const within = shapes.find(
    ({ sampleRate, channels }) =>
      wanted >= comfort.perSample * sampleRate * channels &&
      wanted >= Math.min(...bitrates.possible(sampleRate, channels)),
  );
  const chosen = within ?? shapes.at(-1);
  if (!chosen) throw new TypeError('a codec has a sample rate');
  const possible = bitrates.possible(chosen.sampleRate, chosen.channels);
  const least = Math.min(...possible);
  const floor = Math.max(least, comfort.floor * chosen.channels);
  if (wanted < floor) throw cannotFit(effective, sound, floor);
  const most = mostUseful(Math.max(...possible), source, floor);
  const isCoarse = bitrates.steps && bitrates.average === undefined;
  const below = possible.filter((step) => isCoarse && step <= Math.min(wanted, most));
  const bitrate = below.length > 0 ? Math.max(...below) : Math.min(wanted, most);
  return {
    effective: withRate({ ...effective, options: { ...options, ...chosen } }, bitrate),
    bitrate,
    least,
    most,
    isCoarse: isCoarse || format.muxer === 'asf',
    adaptations: told(source, chosen, fit, bitrate),
  };
}

/**
 * The fewest parts of equal length that stay within the limit of the option `fit` each.
 * @param most number of parts
 * @throws `result_too_large` if not even that many are enough
 */
export function fewestParts(
  effective: EffectiveOptions,
  source: Probed,
  sound: FitSound,
  most: number,
): number {
  for (let parts = 1; ; parts++) {
    try {
      chooseFit(effective, source, { ...sound, seconds: sound.seconds / parts });
      return parts;
    } catch (error) {
      if (parts >= most || !hasCode(error, 'result_too_large')) throw error;
    }
  }
}

/** The same choice at another bitrate. */
export function atBitrate(choice: FitChoice, bitrate: number): FitChoice {
  const adaptations = choice.adaptations.map((each) =>
    each.property === 'bitrate' ? { ...each, to: bitrate } : each,
  );
  return { ...choice, bitrate, adaptations, effective: withRate(choice.effective, bitrate) };
}

/** Error of a sound that no rate of the codec brings within its limit. @param bitrate lowest bits a second */
export function cannotFit(effective: EffectiveOptions, sound: FitSound, bitrate: number): AppError {
  const { format, options } = effective;
  const needed = (bitrate * sound.seconds) / 8 + around(effective, sound);
  const least = Math.ceil(needed / AIM / 1000) * 1000;
  const sentence = `${Math.ceil(sound.seconds)} s in ${format.name} need fit.maxBytes of at least ${least} to stay intelligible, and it is ${options.fit?.maxBytes}.`;
  const ways =
    format.name === 'opus'
      ? 'Allow as many, or make parts (split.fit).'
      : 'Allow as many, make parts (split.fit), or choose opus, which needs the fewest.';
  return new AppError('result_too_large', `${sentence} ${ways}`);
}

function withRate(effective: EffectiveOptions, bitrate: number): EffectiveOptions {
  return { ...effective, options: { ...effective.options, bitrate } };
}

function comfortOf({ format }: EffectiveOptions): Comfort {
  return COMFORTS.get(format.codec.encoders[0].codec) ?? COMFORT;
}

/** Bits a second that a limit leaves for the packets. */
function budget(effective: EffectiveOptions, sound: FitSound, maxBytes: number): number {
  const bytes = maxBytes * AIM - around(effective, sound);
  return Math.floor((bytes * 8) / Math.max(sound.seconds, 0.001));
}

/** Bytes around the packets. */
function around({ format, options, asked }: EffectiveOptions, { seconds, tags }: FitSound): number {
  const [encoder] = format.codec.encoders;
  const sampleRate = asked.sampleRate ?? options.sampleRate ?? 48_000;
  return overhead({ format, encoder, sampleRate }, seconds) + tags;
}

/** Sample rates and channels to choose from, most sound first; of two with the same sound, the one with fewer channels. */
function shapesOf(
  effective: EffectiveOptions,
  { media }: Probed,
  fit: Fit,
): { sampleRate: number; channels: number }[] {
  const { format, options } = effective;
  const isSpeech = fit.sound === 'speech';
  const top = options.sampleRate ?? (isSpeech ? Math.min(24_000, media.sampleRate) : media.sampleRate);
  const most = Math.min(options.channels ?? (isSpeech ? 1 : media.channels), format.codec.mostChannels);
  const { rate } = comfortOf(effective);
  const lower = options.sampleRate === undefined ? RATES.filter((each) => each < top && each >= rate) : [];
  const rates = [...new Set([top, ...lower].map((each) => rateOfCodec(effective, each)))];
  const counts = options.channels === undefined ? [most, 2, 1].filter((each) => each <= most) : [most];
  const shapes = rates.flatMap((sampleRate) =>
    [...new Set(counts)].map((channels) => ({ sampleRate, channels })),
  );
  return shapes.sort(
    (one, other) =>
      other.sampleRate * other.channels - one.sampleRate * one.channels || one.channels - other.channels,
  );
}

function rateOfCodec({ format: { codec } }: EffectiveOptions, wanted: number): number {
  const rates = codec.sampleRates;
  if (!('steps' in rates)) return Math.min(Math.max(wanted, rates.least), rates.most);
  return rates.steps.find((step) => step >= wanted) ?? Math.max(...rates.steps);
}

/** Bits a second beyond which a result only grows: those of the codec, and twice those of a lossy original. */
function mostUseful(most: number, { depth, media }: Probed, floor: number): number {
  if (depth !== null || media.bitrate === null) return most;
  return Math.max(floor, Math.min(most, 2 * media.bitrate));
}

function told(
  { media }: Probed,
  { sampleRate, channels }: { sampleRate: number; channels: number },
  { maxBytes }: Fit,
  bitrate: number,
): Adaptation[] {
  const reason = {
    code: 'fitted',
    reason: `Chosen so that the result stays within ${maxBytes} bytes.`,
  } as const;
  const changes: Adaptation[] = [];
  if (sampleRate !== media.sampleRate)
    changes.push({ property: 'sampleRate', from: media.sampleRate, to: sampleRate, ...reason });
  if (channels !== media.channels)
    changes.push({ property: 'channels', from: media.channels, to: channels, ...reason });
  return [...changes, { property: 'bitrate', from: `at most ${maxBytes} bytes`, to: bitrate, ...reason }];
}
