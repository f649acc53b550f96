import { isLossless, type Rate } from './codecs.ts';
import type { EncodingName } from './encodings.ts';
import type { Format } from './formats.ts';
import type { Options } from './options.ts';
import { PRESETS } from './presets.ts';

/** Options of a task together with those of its preset. `rate` applies if neither bitrate nor quality is set. */
export interface EffectiveOptions {
  /** The format, with the codec of the requested encoding. */
  readonly format: Format;
  /** Options of the task. */
  readonly asked: Options;
  /** Options of the task and of its preset. */
  readonly options: Options;
  readonly rate: Rate | null;
  readonly mostChannels: number;
}

/** Fills in the options of the preset; options of the task take precedence. */
export function effectiveOptions(requested: Format, asked: Options): EffectiveOptions {
  const preset = asked.preset && PRESETS[asked.preset];
  const format = withEncoding(requested, asked, preset?.encoding);
  const { codec } = format;
  const { smallest = false, ...lossless } = isLossless(codec) ? (preset?.lossless ?? {}) : {};
  const effort = smallest && codec.compression ? { compressionLevel: codec.compression.most } : {};
  const { loudness, ...others } = preset?.options ?? {};
  const level = loudness && asked.gain === undefined ? { loudness } : {};
  const rate = asked.preset ? codec.bitrates?.presets[asked.preset] : codec.bitrates?.standard;
  return {
    format,
    asked,
    options: { ...others, ...level, ...lossless, ...effort, ...asked },
    rate: rate ?? null,
    mostChannels: preset?.mostChannels ?? Number.POSITIVE_INFINITY,
  };
}

/** Puts the codec of an encoding into a format. 64 bits are floating point with `pcm` as well: there is no such integer. */
function withEncoding(
  format: Format,
  { encoding, bitDepth }: Options,
  usual: EncodingName | undefined,
): Format {
  const name = encoding ?? (bitDepth === undefined ? usual : undefined);
  const codec = name && !(name === 'pcm' && bitDepth === 64) ? format.encodings?.[name] : undefined;
  return codec ? { ...format, codec } : format;
}
