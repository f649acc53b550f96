import type { Rate } from './codecs.ts';
import type { Format } from './formats.ts';
import type { Options } from './options.ts';
import { PRESETS } from './presets.ts';

/** Options of a task together with those of its preset. `rate` applies if neither bitrate nor quality is set. */
export interface EffectiveOptions {
  /** Options of the task. */
  readonly asked: Options;
  /** Options of the task and of its preset. */
  readonly options: Options;
  readonly rate: Rate | null;
  readonly mostChannels: number;
}

/** Fills in the options of the preset; options of the task take precedence. */
export function effectiveOptions({ codec }: Format, asked: Options): EffectiveOptions {
  const preset = asked.preset && PRESETS[asked.preset];
  const { smallest = false, ...lossless } = codec.bitrates ? {} : (preset?.lossless ?? {});
  const effort = smallest && codec.compression ? { compressionLevel: codec.compression.most } : {};
  const { loudness, ...others } = preset?.options ?? {};
  const level = loudness && asked.gain === undefined ? { loudness } : {};
  const rate = asked.preset ? codec.bitrates?.presets[asked.preset] : codec.bitrates?.standard;
  return {
    asked,
    options: { ...others, ...level, ...lossless, ...effort, ...asked },
    rate: rate ?? null,
    mostChannels: preset?.mostChannels ?? Number.POSITIVE_INFINITY,
  };
}
