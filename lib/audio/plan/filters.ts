import type { Mix } from '../formats/channel-layouts.ts';
import type { Encoder } from '../formats/codecs.ts';

/** What happens to the samples of one conversion, in this order. Everything is in numbers: no text of a user gets here. */
export interface Chain {
  /** Samples of the original: the first that is kept, and the first that is not. */
  trim: { start: number; end: number | null };
  mix: Mix | null;
  /** Hz of the result. */
  sampleRate: number;
  resample: boolean;
  /** Samples of the result. */
  fadeIn: number;
  fadeOut: number;
  /** How samples reach the encoder; null where it takes any. */
  output: Encoder['depth'];
  /** Whether the encoder keeps fewer bits than the original has. */
  drops: boolean;
}

/** Whether every sample of the original gets there as it is, apart from its rate. */
export function isWhole({ trim, mix, fadeIn, fadeOut }: Chain): boolean {
  return trim.start === 0 && trim.end === null && (mix?.exact ?? true) && fadeIn + fadeOut === 0;
}

/** How loud it becomes. */
export interface Level {
  /** dB. */
  gain: number;
  /** dBTP that a limiter holds; null where it need not. */
  ceiling: number | null;
}

export const UNCHANGED: Level = { gain: 0, ceiling: null };

/** The limiter's look-ahead and release in milliseconds. */
const LIMITER = { attack: 5, release: 80 };

/**
 * ffmpeg's filters for a conversion; none where every sample stays as it is. What is computed is computed in floating
 * point, and rounded once at the end, with dither.
 * @param length samples of the result, which a fade-out needs
 */
export function filters(chain: Chain, level: Level, length: number | null): string[] {
  const computing = [...beforeLevel(chain, length), ...gain(level), ...limiter(level, chain.sampleRate)];
  return [...cutting(chain), ...inFloat(computing), ...rounding(chain, computing.length > 0)];
}

/** Those that come before the level is changed: what is measured to know by how much. */
export function measuredFilters(chain: Chain, length: number | null): string[] {
  return [...cutting(chain), ...inFloat(beforeLevel(chain, length))];
}

/** Moves samples and changes none. */
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
 * ffmpeg's limiter looks at samples; at four times the rate they come close to the true peak (ITU-R BS.1770-4, annex 2).
 * It delays by its look-ahead, which is cut off again.
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

/** Dither wherever an integer is rounded; samples of a lossy codec have no depth of their own, and are only converted. */
function rounding({ output, drops }: Chain, computed: boolean): string[] {
  if (!output || output.bits === 32 || !(drops || computed)) return [];
  const bits = output.bits === 24 ? ':output_sample_bits=24' : '';
  return [`aresample=osf=${output.sampleFormat}:dither_method=triangular${bits}`];
}
