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
  /** Least number of samples of the result; silence follows a shorter sound. */
  least: number;
  /** Whether samples of the original can exceed full scale: floating point, and lossy codecs. */
  floating: boolean;
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
 * ffmpeg's filters for a conversion. Filters compute in floating point; the end rounds once, with dither.
 * @param length samples of the result, which a fade-out needs
 * @param metering measures where the encoder can clip
 */
export function filters(chain: Chain, level: Level, length: number | null, metering: Metering): string[] {
  const computing = levelled(chain, level, length);
  const meters = canClip(chain, computing) ? metersOf(chain, metering) : NO_METERS;
  const padding = chain.least > 0 ? [`apad=whole_len=${chain.least}`] : [];
  return [
    ...cutting(chain),
    ...inFloat(computing),
    ...meters.exact,
    ...rounding(chain, computing.length > 0),
    ...meters.rounded,
    ...padding,
  ];
}

/** Filters of a conversion in floating point, without rounding: samples beyond full scale stay. */
export function floatFilters(chain: Chain, level: Level, length: number | null): string[] {
  return [...cutting(chain), ...inFloat(levelled(chain, level, length))];
}

function levelled(chain: Chain, level: Level, length: number | null): string[] {
  return [...beforeLevel(chain, length), ...gain(level), ...limiter(level, chain)];
}

/** Means to find out whether samples exceed full scale. */
export interface Metering {
  /** Whether the peak must be known; otherwise a suspicion is enough, which is cheaper. */
  exact: boolean;
  /** Whether this ffmpeg measures peaks cheaply; builds of 2018 can't. */
  peakMeter: boolean;
}

/** Prints the highest sample at the end; other measurements cost ten times as much. */
const PEAK_METER = 'astats=measure_perchannel=none:measure_overall=Peak_level';

/** Filters that measure before the samples are rounded, and after that. */
interface Meters {
  exact: string[];
  rounded: string[];
}

const NO_METERS: Meters = { exact: [], rounded: [] };

/**
 * Every clipped sample is at full scale after rounding, but for one step of dither. A histogram of 16-bit samples, which shows
 * that, takes a third of the time of a peak in floating point.
 */
function metersOf({ output }: Chain, { exact, peakMeter }: Metering): Meters {
  if (!exact && output?.bits === 16)
    return { exact: [], rounded: [`aformat=sample_fmts=${output.sampleFormat}`, 'volumedetect'] };
  return { exact: peakMeter ? [PEAK_METER] : [], rounded: [] };
}

function canClip({ output, floating }: Chain, computing: string[]): boolean {
  return output !== null && !output.float && (floating || computing.length > 0);
}

/** Filters before the change of level, for the pass that measures loudness. */
export function measuredFilters(chain: Chain, length: number | null): string[] {
  return [...cutting(chain), ...inFloat(beforeLevel(chain, length))];
}

/**
 * Filters that move samples and change none. Time stamps count samples: those of a file may have gaps, begin late, or begin
 * again in a chained stream.
 */
function cutting({ trim: { start, end }, mix }: Chain): string[] {
  const bounds = [
    ...(start > 0 ? [`start_sample=${start}`] : []),
    ...(end === null ? [] : [`end_sample=${end}`]),
  ];
  const trim = bounds.length > 0 ? [`atrim=${bounds.join(':')}`] : [];
  return [...trim, 'asetpts=N/SR/TB', ...(mix?.exact ? [mix.filter] : [])];
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
  const most = length ?? Number.POSITIVE_INFINITY;
  const [first, last] = [Math.min(fadeIn, most), Math.min(fadeOut, most)];
  const all = [
    ...(first > 0 ? [`afade=t=in:ss=0:ns=${first}`] : []),
    ...(last > 0 && length !== null ? [`afade=t=out:ss=${length - last}:ns=${last}`] : []),
  ];
  return all.length > 0 ? ['asetpts=N/SR/TB', ...all] : [];
}

function gain({ gain }: Level): string[] {
  return gain === 0 ? [] : [`volume=${gain.toFixed(2)}dB`];
}

/**
 * ffmpeg's limiter compares samples; at four times the rate they approximate the true peak (ITU-R BS.1770-4, annex 2).
 * Without a ceiling, a mix whose sum may exceed full scale is held at full scale, sample by sample.
 */
function limiter({ ceiling, gain: dB }: Level, { mix, sampleRate }: Chain): string[] {
  if (ceiling !== null) {
    const factor = sampleRate < 96_000 ? 4 : sampleRate < 192_000 ? 2 : 1;
    const limited = limiting(10 ** (ceiling / 20), sampleRate * factor);
    return [
      `aresample=${sampleRate * factor}`,
      ...limited,
      `aresample=${sampleRate}`,
      'aformat=sample_fmts=fltp',
    ];
  }
  const isOver = mix !== null && mix.most * 10 ** (dB / 20) > 1;
  return isOver && mix.most > 1 ? limiting(FULL_SCALE, sampleRate) : [];
}

/** The highest sample of 16 bits. */
const FULL_SCALE = 32_767 / 32_768;

/** The limiter delays by its look-ahead, which the filters remove again. */
function limiting(limit: number, rate: number): string[] {
  const delay = Math.floor((rate * LIMITER.attack) / 1000) - 1;
  const settings = `limit=${limit.toFixed(6)}:attack=${LIMITER.attack}:release=${LIMITER.release}`;
  return [
    `apad=pad_len=${delay}`,
    `alimiter=${settings}:level=disabled`,
    `atrim=start_sample=${delay}`,
    'asetpts=N/SR/TB',
  ];
}

/** Rounds to integers with dither. Samples of a lossy codec have no depth, and need only a conversion. */
function rounding({ output, drops }: Chain, computed: boolean): string[] {
  if (!output || output.bits >= 32 || !(drops || computed)) return [];
  const bits = output.bits === 24 ? ':output_sample_bits=24' : '';
  return [`aresample=osf=${output.sampleFormat}:dither_method=triangular${bits}`];
}
