import { AppError } from '../../runtime/errors.ts';
import { channelNames, mixTo, renameTo } from '../formats/channel-layouts.ts';
import type { Encoder } from '../formats/codecs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Format } from '../formats/formats.ts';
import type { Options } from '../formats/options.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Adaptation, Cover, Depth } from '../media/media-info.ts';
import type { Chain } from './filters.ts';

/** Plan of one conversion: every decision that precedes the run of ffmpeg. */
export interface Plan {
  format: Format;
  options: Options;
  encoder: Encoder;
  /** Hz. */
  sampleRate: number;
  channels: number;
  /** Expected duration of the result; null if the original declares none. */
  seconds: number | null;
  /** Arguments of the encoder: bitrate or quality, and effort. */
  settings: readonly string[];
  /** Maximum bits a second of the result. */
  mostBitrate: number;
  chain: Chain;
  /** The picture for the result. */
  cover: Cover | null;
  adaptations: readonly Adaptation[];
}

/** Records an adaptation. */
type Adapt = (property: string, from: number | string, to: number | string, reason: string) => void;

/** Plans the conversion of an original to `format`. Throws `nothing_left` if trimming leaves no sound. */
export function planConversion(format: Format, effective: EffectiveOptions, source: Probed): Plan {
  const adaptations: Adaptation[] = [];
  const adapt: Adapt = (property, from, to, reason) => adaptations.push({ property, from, to, reason });
  const { options } = effective;
  const sampleRate = sampleRateOf(format, effective, source, adapt);
  const channels = channelsOf(format, effective, source, adapt);
  const encoder = encoderOf(format, options.bitDepth, source, adapt);
  const { settings, mostBitrate } = rateOf(format, effective, sampleRate, channels, encoder, adapt);
  const { codec } = format;
  const effort = codec.compression?.args(options.compressionLevel ?? codec.compression.standard);
  const trim = trimOf(options, source);
  return {
    format,
    options,
    encoder,
    sampleRate,
    channels,
    seconds: trim.seconds,
    settings: [...settings, ...(effort ?? [])],
    mostBitrate,
    chain: {
      trim: trim.samples,
      mix: mixOf(format, source, channels, adapt),
      sampleRate,
      resample: sampleRate !== source.media.sampleRate,
      ...fadesOf(options, trim.seconds, sampleRate, adapt),
      output: encoder.depth,
      drops: drops(source.depth, encoder.depth),
    },
    cover: coverOf(format, options, source, adapt),
    adaptations,
  };
}

/** The next higher rate of the codec, which loses no sound; its highest rate if there is none. */
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
      : Math.min(Math.max(wanted, rates.least), rates.most);
  const silent = options.sampleRate !== undefined && asked.sampleRate === undefined;
  if (used !== wanted && !silent) adapt('sampleRate', wanted, used, `${name} does not support ${wanted} Hz.`);
  return used;
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
  { name, codec }: Format,
  bits: Options['bitDepth'],
  source: Probed,
  adapt: Adapt,
): Encoder {
  const [first] = codec.encoders;
  if (first.depth === null) return first;
  const wanted: Depth = bits ? { bits, float: bits === 32 } : (source.depth ?? { bits: 16, float: false });
  const fits = codec.encoders.find(({ depth }) => depth && holds(depth, wanted));
  const used = fits ?? codec.encoders.at(-1) ?? first;
  if (!fits) adapt('bitDepth', shown(wanted), shown(used.depth ?? wanted), `${name} stores no more bits.`);
  return used;
}

/** Whether no bit is lost: 32-bit floating point holds integers of up to 24 bits. */
function holds(depth: Depth, wanted: Depth): boolean {
  if (wanted.float) return depth.float;
  return depth.float ? wanted.bits <= 24 : depth.bits >= wanted.bits;
}

function drops(original: Depth | null, made: Depth | null): boolean {
  return original !== null && made !== null && !holds(made, original);
}

function shown({ bits, float }: Depth): string {
  return float ? `${bits} float` : `${bits}`;
}

function rateOf(
  { name, codec: { bitrates } }: Format,
  { options, rate }: EffectiveOptions,
  sampleRate: number,
  channels: number,
  { depth }: Encoder,
  adapt: Adapt,
): Pick<Plan, 'settings' | 'mostBitrate'> {
  if (!bitrates || !rate) return { settings: [], mostBitrate: sampleRate * channels * (depth?.bits ?? 32) };
  const possible = bitrates.possible(sampleRate, channels);
  const wanted = options.bitrate;
  const quality = options.quality ?? ('quality' in rate ? rate.quality : undefined);
  if (wanted === undefined && quality !== undefined && bitrates.variable) {
    return { settings: bitrates.variable(quality, channels), mostBitrate: Math.max(...possible) };
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
  return { settings: bitrates.constant(used), mostBitrate: used * 1.1 };
}

function nearest(wanted: number, possible: readonly number[], steps: boolean): number {
  if (!steps) return Math.round(Math.min(Math.max(wanted, Math.min(...possible)), Math.max(...possible)));
  return possible.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best));
}

function mixOf({ name, codec }: Format, { media }: Probed, channels: number, adapt: Adapt): Chain['mix'] {
  const { channelLayout } = media;
  const layout = codec.layouts[channels - 1];
  const same = channels === media.channels;
  if (!layout || (same && (codec.anyLayout || channelLayout === layout))) return null;
  const mixed = mixTo(channelNames(channelLayout, media.channels), layout);
  if (!same || mixed.exact || codec.bitrates) return mixed;
  adapt(
    'channelLayout',
    channelLayout ?? 'unknown',
    layout,
    `${name} does not support this layout; the channels keep their order.`,
  );
  return renameTo(layout, channels);
}

/**
 * Trims by samples of the original, so that no rounding of time stamps moves a cut. The edit list of MP4 marks the end of
 * the sound; ffmpeg also decodes the padding of a lossy encoder after it.
 */
function trimOf(
  { start = 0, end }: Options,
  { media, depth, estimated }: Probed,
): { samples: Chain['trim']; seconds: number | null } {
  const { duration, sampleRate, container } = media;
  const known = estimated ? null : duration;
  if (known !== null && start >= known) throw nothingLeft(start, known);
  const padded = container === 'mov' && depth === null && duration !== null;
  const until = end !== undefined && (known === null || end < known) ? end : padded ? duration : undefined;
  const samples = {
    start: Math.round(start * sampleRate),
    end: until === undefined ? null : Math.round(until * sampleRate),
  };
  const last = end === undefined ? duration : Math.min(end, duration ?? end);
  return { samples, seconds: last === null ? null : Math.max(0, last - start) };
}

function nothingLeft(start: number, duration: number): AppError {
  const sentence = `Trimming leaves no sound: the original lasts ${duration.toFixed(3)} s, and start is ${start} s.`;
  return new AppError('nothing_left', sentence);
}

function fadesOf(
  { fadeIn = 0, fadeOut = 0 }: Options,
  seconds: number | null,
  sampleRate: number,
  adapt: Adapt,
): Pick<Chain, 'fadeIn' | 'fadeOut'> {
  const samples = (property: 'fadeIn' | 'fadeOut', wanted: number) => {
    const used = Math.min(wanted, seconds ?? wanted);
    if (used !== wanted) adapt(property, wanted, used, 'A fade is at most as long as the result.');
    return Math.round(used * sampleRate);
  };
  return { fadeIn: samples('fadeIn', fadeIn), fadeOut: samples('fadeOut', fadeOut) };
}

function coverOf({ name, cover }: Format, options: Options, source: Probed, adapt: Adapt): Cover | null {
  if (options.coverArt === 'strip' || !source.media.coverArt) return null;
  if (cover === 'none') adapt('coverArt', 'kept', 'left out', `${name} has no place for a picture.`);
  else if (!source.cover)
    adapt('coverArt', 'kept', 'left out', 'A result can contain only JPEG and PNG pictures.');
  return cover === 'none' ? null : source.cover;
}
