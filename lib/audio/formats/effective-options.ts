import type { Rate } from './codecs.ts';
import type { Format } from './formats.ts';
import type { Options } from './options.ts';
import { PRESETS } from './presets.ts';

/** Options with a preset's filled in. `rate` is what the codec makes where neither bitrate nor quality is asked for. */
export interface EffectiveOptions {
  /** As its task asks for them. */
  readonly asked: Options;
  /** With what the preset adds. */
  readonly options: Options;
  readonly rate: Rate | null;
  readonly mostChannels: number;
}

/** What is asked for comes before what its preset says. */
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
