import { AppError } from '../../runtime/errors.ts';
import { isLossless } from '../formats/codecs.ts';
import { holdsCodec, isOwnCodec, mayBeCut } from '../formats/copyable-codecs.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Options } from '../formats/options.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { MediaInfo } from '../media/media-info.ts';
import { cutArguments, type PacketCut } from './packet-cut.ts';
import type { Plan } from './plan.ts';

/** How to make a result from the packets of its original. */
export interface CopyPlan {
  /** The plan with a copy instead of an encoder: no filter, no adaptation of the sound. */
  readonly plan: Plan;
  /** Whether the task fails if no copy is possible; otherwise the original is encoded. */
  readonly required: boolean;
  /** Seconds of the original; null: to its end. Packets are whole, so that the cut is only near. */
  readonly cut: PacketCut | null;
}

/** Adaptations to the abilities of an encoder, which a copy does not need. */
const OF_ENCODERS: ReadonlySet<string> = new Set([
  'sampleRate',
  'channels',
  'channelLayout',
  'lowFrequencyChannel',
  'bitDepth',
  'bitrate',
]);

/**
 * Decides whether a result is a copy of the original's packets; null if it is encoded. Without a request, packets are copied
 * if the format has the original's codec and no option concerns the sound.
 * @throws `cannot_copy` if the task requires a copy that is impossible, `already_lossy` if its option `whenLossy` forbids
 * the encoding that it needs
 */
export function planCopy(plan: Plan, effective: EffectiveOptions, source: Probed): CopyPlan | null {
  const { format, asked } = effective;
  const { codec } = source.media;
  if (asked.audio === 'copy') {
    mustBeHeld(effective, source);
    return copyOf(plan, source, true);
  }
  const wanted = asked.audio !== 'encode' && source.decoder === null;
  const untouched = touching(effective, source, ANY).length === 0 && hasDepth(plan, source);
  if (wanted && isOwnCodec(format, codec) && untouched) return copyOf(plan, source, false);
  return lossyAgain(plan, effective, source);
}

/** Whether a track may be copied, so that the result needs a file. */
export function mayCopy({ format, asked }: EffectiveOptions, { codec, tracks }: MediaInfo): boolean {
  const codecs = [codec, ...tracks.map((track) => track.codec)];
  return asked.audio !== 'encode' && codecs.some((one) => holdsCodec(format, one));
}

/** Applies the option `whenLossy`, if a lossy original would be encoded by a lossy codec. */
function lossyAgain(plan: Plan, effective: EffectiveOptions, source: Probed): CopyPlan | null {
  const { format, asked } = effective;
  const { whenLossy = 'encode' } = asked;
  if (whenLossy === 'encode' || source.depth !== null || isLossless(format.codec)) return null;
  const { codec } = source.media;
  const sentence = `The original is lossy already (${codec}), and whenLossy is ${whenLossy}`;
  if (whenLossy === 'refuse') throw new AppError('already_lossy', `${sentence}.`);
  const [touched] = touching(effective, source, OF_SOUND);
  if (touched)
    throw new AppError('already_lossy', `${sentence}, but the option ${touched} changes the sound.`);
  if (!holdsCodec(format, codec) || source.decoder !== null)
    throw new AppError('already_lossy', `${sentence}, but ${format.name} cannot hold ${codec}.`);
  return copyOf(plan, source, true);
}

function mustBeHeld({ format, asked }: EffectiveOptions, { media: { codec }, decoder }: Probed): void {
  if (!holdsCodec(format, codec) || decoder !== null)
    throw new AppError('cannot_copy', `${format.name} cannot hold ${codec}, the codec of the original.`);
  if ((asked.start ?? 0) > 0 || asked.end !== undefined) mustBeCuttable(codec);
}

function mustBeCuttable(codec: string): void {
  if (mayBeCut(codec)) return;
  const sentence = `Packets of ${codec} cannot be cut. Leave out audio: copy, and the cut is exact and without loss.`;
  throw new AppError('cannot_copy', sentence);
}

function copyOf(plan: Plan, source: Probed, required: boolean): CopyPlan {
  const { start = 0, end } = plan.options;
  const cut = start > 0 || end !== undefined ? { start, end: end ?? null } : null;
  const cutting = cut ? cutArguments(cut) : [];
  const copied: Plan = {
    ...plan,
    encoder: { name: 'copy', codec: source.media.codec, depth: null },
    endsAsDeclared: false,
    sampleRate: source.media.sampleRate,
    channels: source.media.channels,
    settings: [...cutting, ...gapless(plan, source, cut !== null)],
    chain: {
      trim: { start: 0, end: null },
      mix: null,
      sampleRate: source.media.sampleRate,
      resample: false,
      fadeIn: 0,
      fadeOut: 0,
      floating: false,
      least: 0,
      output: null,
      drops: false,
    },
    adaptations: plan.adaptations.filter(({ property }) => !OF_ENCODERS.has(property)),
  };
  return { plan: copied, required, cut };
}

/**
 * An MP3 file without a Xing header gets none: players would then leave out the delay of an encoder that the file does not
 * tell. A trimmed one does not begin with that delay.
 */
function gapless({ format }: Plan, { estimated, media }: Probed, isCut: boolean): string[] {
  const known = media.container === 'mp3' && !estimated && !isCut;
  return format.muxer === 'mp3' && !known ? ['-write_xing', '0'] : [];
}

/** Whether the packets of an original stay within the limit of the option `fit`, by their rate. */
function fitsAsItIs({ fit }: Options, { bitrate, duration }: MediaInfo): boolean {
  if (!fit || bitrate === null || duration === null) return false;
  return ((bitrate * duration) / 8) * CONTAINED < fit.maxBytes;
}

/** Containers add a few percent to packets. */
const CONTAINED = 1.03;

type Name = keyof Options;

/** Options that change the sound, and those that only say how to encode it. */
const OF_SOUND: readonly Name[] = ['sampleRate', 'channels', 'loudness', 'gain', 'fadeIn', 'fadeOut'];
const ANY: readonly Name[] = [
  ...OF_SOUND,
  'preset',
  'bitrate',
  'quality',
  'compressionLevel',
  'start',
  'end',
  'fit',
];

/** Whether the samples have the requested depth already. */
function hasDepth({ encoder, options }: Plan, { depth, media }: Probed): boolean {
  if (options.bitDepth === undefined) return true;
  return encoder.codec === media.codec && encoder.depth?.bits === depth?.bits;
}

/** Names of the options that a copy cannot meet. */
function touching({ options, asked }: EffectiveOptions, source: Probed, names: readonly Name[]): Name[] {
  const met: Readonly<Partial<Record<Name, unknown>>> = {
    sampleRate: source.media.sampleRate,
    channels: source.media.channels,
    gain: 0,
    fadeIn: 0,
    fadeOut: 0,
    start: 0,
    fit: fitsAsItIs(options, source.media) ? options.fit : undefined,
  };
  const all = { ...options, ...asked };
  return names.filter((name) => all[name] !== undefined && all[name] !== met[name]);
}
