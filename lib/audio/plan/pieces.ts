import type { Probed } from '../media/ffprobe-output.ts';
import { filters, type Level } from './filters.ts';
import type { Plan } from './plan.ts';

/** Lengths in frames; all are multiples of the padding cycle, so that a number of them always takes the same bytes. */
export interface Pieces {
  /** Samples of a frame. */
  frameSamples: number;
  /** First frame of each piece but the first, in the whole. */
  cuts: readonly number[];
  /** Frames on each side of a cut that both neighbours must have made alike. */
  proof: number;
}

/** Frames that both neighbours make alike on each side of a cut, at least. */
const PROOF = 64;

/** A piece is at least as many times as long as one side of a proof. */
const LEAST = 10;

/** Filters whose output depends on no sample but the present one. */
const MEMORYLESS = /^(?:asetpts|aformat|volume|pan|channelmap)=/;

/** Codecs of WAV of which ffmpeg finds each sample by its place in the file. */
const SAMPLES = /^pcm_(?:u8|s16le|s24le|s32le|f32le|f64le)$/;

/**
 * Divides a WAV file for MP3 with a constant bitrate. Undefined if the original, the codec or an option needs one run, or if it is too
 * short for two pieces.
 * @param most number of pieces
 */
export function planPieces(
  plan: Plan,
  level: Level,
  { media, decoder, estimated, depth }: Probed,
  most: number,
): Pieces | undefined {
  const { container, codec, duration, sampleRate } = media;
  const isExact = container === 'wav' && SAMPLES.test(codec) && depth !== null && !estimated;
  if (!isExact || decoder !== null || duration === null || !isConstantMp3(plan)) return undefined;
  if (sampleRate !== plan.sampleRate) return undefined;
  const steps = filters(plan.chain, level, null, { exact: false, peakMeter: false });
  if (plan.options.clip === 'limit' || !steps.every((step) => MEMORYLESS.test(step))) return undefined;
  const frameSamples = sampleRate >= 32_000 ? 1152 : 576;
  const cycle = sampleRate / greatestDivisor(sampleRate, frameSamples * 1000);
  const proof = Math.ceil(PROOF / cycle) * cycle;
  const frames = Math.floor((duration * sampleRate) / frameSamples);
  const count = Math.min(most, Math.floor(frames / (proof * LEAST)));
  if (count < 2) return undefined;
  const cuts = Array.from({ length: count - 1 }, (_, index) => {
    return Math.round((frames * (index + 1)) / count / cycle) * cycle;
  });
  return { frameSamples, cuts, proof };
}

function isConstantMp3({ encoder, bitrate, settings }: Plan): boolean {
  return encoder.name === 'libmp3lame' && bitrate !== null && settings[0] === '-b:a' && settings.length === 2;
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other);
}
