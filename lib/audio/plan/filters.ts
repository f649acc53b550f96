import type { Mix } from '../formats/channel-layouts.ts';
import type { Encoder } from '../formats/codecs.ts';

/** Steps that the samples of one conversion pass, in this order. All values are numbers: no text of a user gets here. */
export interface Chain {
  /** Samples of the original: the first that stays, and the first after the end. */
  trim: { start: number; end: number | null };
  mix: Mix | null;
  /** Hz of the result. */
  sampleRate: number;
  resample: boolean;
  /** Samples of the result. */
  fadeIn: number;
  fadeOut: number;
  /** Depth of the encoder's input; null if it accepts any. */
  output: Encoder['depth'];
  /** Whether the encoder stores fewer bits than the original has. */
  drops: boolean;
}

/** Whether all samples of the original stay unchanged, apart from their rate. */
export function isWhole({ trim, mix, fadeIn, fadeOut }: Chain): boolean {
  return trim.start === 0 && trim.end === null && (mix?.exact ?? true) && fadeIn + fadeOut === 0;
}

/** Change of level. */
export interface Level {
  /** dB. */
  gain: number;
  /** dBTP that a limiter holds; null: no limiter. */
  ceiling: number | null;
}

export const UNCHANGED: Level = { gain: 0, ceiling: null };

/** The limiter's look-ahead and release in milliseconds. */
const LIMITER = { attack: 5, release: 80 };

/**
 * ffmpeg's filters for a conversion; none if all samples stay unchanged. Filters compute in floating point; the end rounds
 * once, with dither.
 * @param length samples of the result, which a fade-out needs
 */
export function filters(chain: Chain, level: Level, length: number | null): string[] {
  const computing = [...beforeLevel(chain, length), ...gain(level), ...limiter(level, chain.sampleRate)];
  return [...cutting(chain), ...inFloat(computing), ...rounding(chain, computing.length > 0)];
}

/** Filters before the change of level, for the pass that measures loudness. */
export function measuredFilters(chain: Chain, length: number | null): string[] {
  return [...cutting(chain), ...inFloat(beforeLevel(chain, length))];
}

/** Filters that move samples and change none. */
function cutting({ trim: { start, end }, mix }: Chain): string[] {
  const bounds = [
    ...(start > 0 ? [`start_sample=${start}`] : []),
    ...(end === null ? [] : [`end_sample=${end}`]),
  ];
  const trim = bounds.length > 0 ? [`atrim=${bounds.join(':')}`, 'asetpts=N/SR/TB'] : [];
  return [...trim, ...(mix?.exact ? [mix.filter] : [])];
}

function inFloat(computing: string[]): string[] {
  return computing.length > 0 ? ['aformat=sample_fmts=fltp', ...computing] : [];
}

function beforeLevel(chain: Chain, length: number | null): string[] {
  const { mix, resample, sampleRate } = chain;
  return [
    ...(mix && !mix.exact ? [mix.filter] : []),
    ...(resample ? [`aresample=${sampleRate}`, 'aformat=sample_fmts=fltp'] : []),
    ...fades(chain, length),
  ];
}

function fades({ fadeIn, fadeOut }: Chain, length: number | null): string[] {
  const begin = Math.max(0, (length ?? 0) - fadeOut);
  const all = [
    ...(fadeIn > 0 ? [`afade=t=in:ss=0:ns=${fadeIn}`] : []),
    ...(fadeOut > 0 && length !== null ? [`afade=t=out:ss=${begin}:ns=${fadeOut}`] : []),
  ];
  return all.length > 0 ? ['asetpts=N/SR/TB', ...all] : [];
}

function gain({ gain }: Level): string[] {
  return gain === 0 ? [] : [`volume=${gain.toFixed(2)}dB`];
}

/**
 * ffmpeg's limiter compares samples; at four times the rate they approximate the true peak (ITU-R BS.1770-4, annex 2).
 * The limiter delays by its look-ahead, which the filters remove again.
 */
function limiter({ ceiling }: Level, sampleRate: number): string[] {
  if (ceiling === null) return [];
  const rate = sampleRate * (sampleRate < 96_000 ? 4 : sampleRate < 192_000 ? 2 : 1);
  const delay = Math.floor((rate * LIMITER.attack) / 1000) - 1;
  const settings = `limit=${(10 ** (ceiling / 20)).toFixed(6)}:attack=${LIMITER.attack}:release=${LIMITER.release}`;
  return [
    `aresample=${rate}`,
    `apad=pad_len=${delay}`,
    `alimiter=${settings}:level=disabled`,
    `atrim=start_sample=${delay}`,
    'asetpts=N/SR/TB',
    `aresample=${sampleRate}`,
    'aformat=sample_fmts=fltp',
  ];
}

/** Rounds to integers with dither. Samples of a lossy codec have no depth, and need only a conversion. */
function rounding({ output, drops }: Chain, computed: boolean): string[] {
  if (!output || output.bits === 32 || !(drops || computed)) return [];
  const bits = output.bits === 24 ? ':output_sample_bits=24' : '';
  return [`aresample=osf=${output.sampleFormat}:dither_method=triangular${bits}`];
}
