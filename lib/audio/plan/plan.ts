import { channelNames, mixTo, renameTo } from '../formats/channel-layouts.ts';
import { type Bitrates, type Codec, type Encoder, isLossless } from '../formats/codecs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Format } from '../formats/formats.ts';
import type { Options } from '../formats/options.ts';
import type { Adaptation, AdaptationCode } from '../media/adaptations.ts';
import type { Chapter } from '../media/chapters.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Depth } from '../media/media-info.ts';
import { trackAdaptations } from '../media/tracks.ts';
import { plannedChapters } from './chapters.ts';
import type { Chain } from './filters.ts';

/** Plan of one conversion: every decision that precedes the run of ffmpeg. */
export interface Plan {
  format: Format;
  options: Options;
  encoder: Encoder;
  /** Hz. */
  sampleRate: number;
  channels: number;
  /** Expected duration of the result, for progress; null if the original declares none. */
  seconds: number | null;
  /** Whether the declared end of the original cuts off the padding of a lossy encoder. */
  endsAsDeclared: boolean;
  /** Arguments of the encoder: bitrate or quality, and effort. */
  settings: readonly string[];
  /** Constant bits a second of the encoder; null if it has a variable rate or stores samples. */
  bitrate: number | null;
  /** Maximum bits a second of the result. */
  mostBitrate: number;
  chain: Chain;
  chapters: readonly Chapter[];
  adaptations: readonly Adaptation[];
}

/** Records an adaptation. */
type Adapt = (
  property: string,
  from: number | string,
  to: number | string,
  reason: string,
  code?: AdaptationCode,
) => void;

/** Plans the conversion of an original. */
export function planConversion(effective: EffectiveOptions, source: Probed): Plan {
  const adaptations = trackAdaptations(source, effective.options.track !== undefined);
  const adapt: Adapt = (property, from, to, reason, code = 'not_supported') =>
    adaptations.push({ property, from, to, code, reason });
  const { format, options } = effective;
  const sampleRate = sampleRateOf(format, effective, source, adapt);
  const channels = channelsOf(format, effective, source, adapt);
  const encoder = encoderOf(format, options.bitDepth, source, adapt);
  const { settings, bitrate, mostBitrate } = rateOf(format, effective, sampleRate, channels, encoder, adapt);
  const { codec } = format;
  const effort = codec.compression?.args(options.compressionLevel ?? codec.compression.standard);
  const trim = trimOf(options, source);
  const cut = { start: options.start ?? 0, end: options.end ?? null };
  const { chapters, adaptations: lost } = plannedChapters(format, options.chapters ?? 'keep', source, cut);
  adaptations.push(...lost);
  return {
    format,
    options,
    encoder,
    sampleRate,
    channels,
    seconds: trim.seconds,
    endsAsDeclared: trim.endsAsDeclared,
    settings: [...(encoder.settings ?? []), ...settings, ...(effort ?? [])],
    bitrate,
    mostBitrate,
    chain: {
      trim: trim.samples,
      mix: mixOf(format, source, channels, adapt),
      sampleRate,
      resample: sampleRate !== source.media.sampleRate,
      ...fadesOf(options, sampleRate),
      floating: source.depth === null || source.depth.float,
      least: format.codec.leastSamples ?? 0,
      output: encoder.depth,
      drops: drops(source.depth, encoder.depth),
    },
    chapters,
    adaptations,
  };
}

/** The next higher rate of the codec, which loses no sound; if there is none, its highest step, or the half, the third ... of the wanted one. */
function sampleRateOf(
  { name, codec }: Format,
  { asked, options }: EffectiveOptions,
  source: Probed,
  adapt: Adapt,
): number {
  const wanted = options.sampleRate ?? source.media.sampleRate;
  const rates = codec.sampleRates;
  const used =
    'steps' in rates
      ? (rates.steps.find((step) => step >= wanted) ?? Math.max(...rates.steps))
      : isLossless(codec)
        ? rateWithin(wanted, rates)
        : Math.min(Math.max(wanted, rates.least), rates.most);
  const silent = options.sampleRate !== undefined && asked.sampleRate === undefined;
  if (used !== wanted && !silent) adapt('sampleRate', wanted, used, `${name} does not support ${wanted} Hz.`);
  return used;
}

/** A wanted rate above the highest is divided by a whole number, as from 705600 to 352800 Hz. */
function rateWithin(
  wanted: number,
  { least, most, tensAbove = Number.POSITIVE_INFINITY }: { least: number; most: number; tensAbove?: number },
): number {
  const within = Math.max(least, wanted <= most ? wanted : Math.round(wanted / Math.ceil(wanted / most)));
  return within <= tensAbove ? within : Math.min(most, Math.ceil(within / 10) * 10);
}

function channelsOf(
  { name, codec }: Format,
  { options, mostChannels }: EffectiveOptions,
  source: Probed,
  adapt: Adapt,
): number {
  const wanted = options.channels ?? Math.min(source.media.channels, mostChannels);
  const used = Math.min(wanted, codec.mostChannels);
  if (used !== wanted) adapt('channels', wanted, used, `${name} has at most ${codec.mostChannels} channels.`);
  return used;
}

/** The encoder with the smallest depth that holds the requested one, or that of the original; else the largest depth. */
function encoderOf(
  { name, codec: { encoders } }: Format,
  bits: Options['bitDepth'],
  source: Probed,
  adapt: Adapt,
): Encoder {
  const [first] = encoders;
  if (first.depth === null) return first;
  const wanted = bits ? requestedDepth(bits, encoders) : (source.depth ?? { bits: 16, float: false });
  const fits = encoders.filter(({ depth }) => depth && holds(depth, wanted));
  const used = fits.reduce<Encoder | undefined>(smaller, undefined) ?? encoders.at(-1) ?? first;
  if (fits.length === 0)
    adapt('bitDepth', shown(wanted), shown(used.depth ?? wanted), `${name} stores no more bits.`);
  return used;
}

/** 32 bits mean floating point wherever a format has both. */
function requestedDepth(bits: Depth['bits'], encoders: readonly Encoder[]): Depth {
  return { bits, float: encoders.some(({ depth }) => depth?.float && depth.bits === bits) };
}

function smaller(one: Encoder | undefined, other: Encoder): Encoder {
  return one?.depth && other.depth && one.depth.bits <= other.depth.bits ? one : other;
}

/** Bits of the integers that floating point holds without loss. */
const MANTISSA: Readonly<Partial<Record<Depth['bits'], number>>> = { 32: 24, 64: 53 };

/** Whether no bit is lost. */
function holds(depth: Depth, wanted: Depth): boolean {
  if (wanted.float) return depth.float && depth.bits >= wanted.bits;
  return (depth.float ? (MANTISSA[depth.bits] ?? 0) : depth.bits) >= wanted.bits;
}

function drops(original: Depth | null, made: Depth | null): boolean {
  return original !== null && made !== null && !holds(made, original);
}

function shown({ bits, float }: Depth): string {
  return float ? `${bits} float` : `${bits}`;
}

function rateOf(
  { name, codec: { bitrates, storedBits } }: Format,
  { options, rate }: EffectiveOptions,
  sampleRate: number,
  channels: number,
  { depth }: Encoder,
  adapt: Adapt,
): Pick<Plan, 'settings' | 'bitrate' | 'mostBitrate'> {
  if (!bitrates || !rate) {
    const mostBitrate = sampleRate * channels * (depth?.bits ?? storedBits ?? 32);
    return { settings: [], bitrate: null, mostBitrate };
  }
  const possible = bitrates.possible(sampleRate, channels);
  if (options.fit && options.bitrate !== undefined) return fittedRate(bitrates, options.bitrate, possible);
  const wanted = options.bitrate;
  const quality = options.quality ?? ('quality' in rate ? rate.quality : undefined);
  if (wanted === undefined && quality !== undefined && bitrates.variable) {
    const mostBitrate = Math.max(...possible);
    return { settings: bitrates.variable(quality, channels), bitrate: null, mostBitrate };
  }
  const standard = 'perChannel' in rate ? rate.perChannel * channels : Math.max(...possible);
  const used = nearest(wanted ?? standard, possible, bitrates.steps);
  if (wanted !== undefined && used !== wanted) {
    adapt(
      'bitrate',
      wanted,
      used,
      `${name} does not support ${wanted} bits a second for ${channels} channels at ${sampleRate} Hz.`,
    );
  }
  return { settings: bitrates.constant(used), bitrate: used, mostBitrate: used * 1.1 };
}

/** The bitrate that makes a result fit: never a higher one than wanted. */
function fittedRate(
  { average, constant, steps }: Bitrates,
  wanted: number,
  possible: readonly number[],
): Pick<Plan, 'settings' | 'bitrate' | 'mostBitrate'> {
  const below = possible.filter((step) => step <= wanted);
  const used = steps && !average && below.length > 0 ? Math.max(...below) : wanted;
  return { settings: (average ?? constant)(used), bitrate: used, mostBitrate: used * 1.1 };
}

function nearest(wanted: number, possible: readonly number[], steps: boolean): number {
  if (!steps) return Math.round(Math.min(Math.max(wanted, Math.min(...possible)), Math.max(...possible)));
  return possible.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best));
}

/** The filter for the channels. A lossless codec keeps all channels in their order, if it lacks their layout. */
function mixOf({ name, codec }: Format, { media }: Probed, channels: number, adapt: Adapt): Chain['mix'] {
  const { channelLayout } = media;
  const layout = codec.layouts[channels - 1];
  const same = channels === media.channels;
  if (!layout || (same && keepsLayout(codec, channelLayout, layout))) return null;
  const mixed = mixTo(channelNames(channelLayout, media.channels), layout);
  const renames = same && isLossless(codec) && (!mixed.exact || mixed.leavesLow);
  if (same && (!mixed.exact || mixed.leavesLow)) {
    const end = renames ? 'the channels keep their order' : 'the channels are mixed into another one';
    adapt(
      'channelLayout',
      channelLayout ?? 'unknown',
      layout,
      `${name} does not support this layout; ${end}.`,
      renames ? 'order_kept' : 'mixed',
    );
  }
  if (renames) return renameTo(layout, channels);
  if (mixed.leavesLow) adapt('lowFrequencyChannel', 'kept', 'left out', LOW_LEFT_OUT, 'low_frequencies');
  return mixed;
}

const LOW_LEFT_OUT = 'A mix to fewer loudspeakers leaves out the channel of low frequencies (ITU-R BS.775).';

function keepsLayout(codec: Codec, found: string | null, layout: string): boolean {
  return (
    codec.anyLayout || found === layout || (found !== null && codec.otherLayouts?.includes(found) === true)
  );
}

/**
 * Trims by samples of the original, so that no rounding of time stamps moves a cut. The edit list of MP4 marks the end of
 * the sound; ffmpeg also decodes the padding of a lossy encoder after it.
 */
function trimOf(
  { start = 0, end }: Options,
  { media, depth }: Probed,
): Pick<Plan, 'seconds' | 'endsAsDeclared'> & { samples: Chain['trim'] } {
  const { duration, sampleRate, container } = media;
  const padded = container === 'mov' && depth === null && duration !== null && start < duration;
  const endsAsDeclared = padded && !(end !== undefined && end < duration);
  const until = endsAsDeclared ? duration : end;
  const samples = {
    start: Math.round(start * sampleRate),
    end: until === undefined ? null : Math.round(until * sampleRate),
  };
  const last = end === undefined ? duration : Math.min(end, duration ?? end);
  return { samples, endsAsDeclared, seconds: last === null ? null : Math.max(0, last - start) };
}

/** Fades as requested; the filters shorten them to the result. */
function fadesOf(
  { fadeIn = 0, fadeOut = 0 }: Options,
  sampleRate: number,
): Pick<Chain, 'fadeIn' | 'fadeOut'> {
  return { fadeIn: Math.round(fadeIn * sampleRate), fadeOut: Math.round(fadeOut * sampleRate) };
}

/** Whether the fades need the number of samples of the result: only counting tells where the result ends. */
export function needsLength({ options: { fadeIn = 0, fadeOut = 0 }, seconds }: Plan): boolean {
  return fadeOut > 0 || (fadeIn > 0 && fadeIn > (seconds ?? 0));
}

/**
 * Adaptations of fades that are longer than the result.
 * @param length samples of the result; null if they were not counted
 */
export function fadeAdaptations({ options, sampleRate }: Plan, length: number | null): Adaptation[] {
  if (length === null) return [];
  const most = length / sampleRate;
  const reason = { code: 'fade_too_long', reason: 'A fade is at most as long as the result.' } as const;
  return (['fadeIn', 'fadeOut'] as const).flatMap((property) => {
    const from = options[property] ?? 0;
    return from > most ? [{ property, from, to: most, ...reason }] : [];
  });
}
