import type { Plan } from './plan.ts';

/** Bytes of a chunk header of RIFF and AIFF, and of Wave64. */
const CHUNK = 8;
const W64_CHUNK = 24;

/** Bytes of the place that ffmpeg reserves for the sizes of RF64 (EBU Tech 3306). */
const RESERVED = 36;

/** Bytes of a block of ADPCM by ffmpeg's encoders. */
const BLOCK = 1024;

type Sizer = (plan: Plan, samples: number, writer: string) => number;

/**
 * Bytes of a file of PCM, G.711 or ADPCM without tags, by ffmpeg's muxers; undefined for other codecs.
 * @param samples of each channel
 * @param writer ffmpeg's name in the file
 */
export function sampleFileSize(plan: Plan, samples: number, writer: string): number | undefined {
  return dataBytes(plan, samples) === undefined
    ? undefined
    : SIZERS.get(plan.format.muxer)?.(plan, samples, writer);
}

const SIZERS: ReadonlyMap<string, Sizer> = new Map(
  Object.entries({
    wav: (plan, samples) => {
      const { format, fact } = waveHeader(plan);
      const head = 12 + RESERVED + CHUNK + format + (fact ? CHUNK + 4 : 0) + CHUNK;
      return head + padded(bytesOf(plan, samples), 2);
    },
    w64: (plan, samples) => {
      const { format, fact } = waveHeader(plan);
      const head = 40 + padded(W64_CHUNK + format, 8) + (fact ? W64_CHUNK + 8 : 0) + W64_CHUNK;
      return head + padded(bytesOf(plan, samples), 8);
    },
    aiff: (plan, samples) => {
      const isPlain = plan.encoder.depth?.float === false;
      const head = (isPlain ? 54 : 72) + (plan.channels > 2 ? 20 : 0);
      return head + padded(bytesOf(plan, samples), 2);
    },
    // The chunk `info` has the name of the writer.
    caf: (plan, samples, writer) => 117 + writer.length + bytesOf(plan, samples),
    au: (plan, samples) => 32 + bytesOf(plan, samples),
  }),
);

/** Bytes of the chunk `fmt `, and whether a chunk `fact` follows it (RFC 2361; libavformat/riffenc.c). */
function waveHeader({ encoder, sampleRate, channels }: Plan): { format: number; fact: boolean } {
  const { name, depth } = encoder;
  const isPlain = depth?.float === false;
  const isExtensible = channels > 2 || sampleRate > 48_000 || (depth?.bits ?? 0) > 16;
  const format = isExtensible ? 40 : isPlain ? 16 : 18;
  return { format: format + (EXTENSIONS.get(name) ?? 0), fact: !isPlain };
}

/** Further bytes of `fmt ` by encoder. */
const EXTENSIONS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    adpcm_ima_wav: 2,
    adpcm_ms: 32,
  }),
);

function bytesOf(plan: Plan, samples: number): number {
  return dataBytes(plan, samples) ?? 0;
}

function dataBytes(
  { encoder: { name, depth }, format, channels }: Plan,
  samples: number,
): number | undefined {
  if (name === 'adpcm_ima_wav') return blocks(samples, ((BLOCK - 4 * channels) * 2) / channels + 1);
  if (name === 'adpcm_ms') return blocks(samples, ((BLOCK - 7 * channels) * 2) / channels + 2);
  if (!name.startsWith('pcm_')) return undefined;
  return samples * channels * ((depth?.bits ?? format.codec.storedBits ?? 8) / 8);
}

function blocks(samples: number, perBlock: number): number {
  return Math.ceil(samples / Math.floor(perBlock)) * BLOCK;
}

function padded(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}
