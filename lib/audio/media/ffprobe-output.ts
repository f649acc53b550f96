import { z } from 'zod';
import { AppError } from '../../runtime/errors.ts';
import { storable } from '../../runtime/text.ts';
import type { Cover, Depth, MediaInfo } from './media-info.ts';
import { isTechnical } from './tag-names.ts';

/** Result of a probe: media information for the task, and details for the conversion. */
export interface Probed {
  media: MediaInfo;
  /** Whether the duration is an estimate from the file's size, since the container declares none; it may be far off. */
  estimated: boolean;
  /** Depth that holds every decoded sample; null if the codec is lossy and has no depth. */
  depth: Depth | null;
  /** The attached picture; null if there is none that a result can keep. */
  cover: Cover | null;
  /** Tags by their names in the file; more of them, and longer ones, than a task shows. */
  tags: Readonly<Record<string, string>>;
}

const number = z.coerce.number().optional().catch(undefined);
const TAGS = z.record(z.string(), z.string()).default({});

/** The fields of `ffprobe -of json` that this service uses; numbers come as text, or N/A if unknown. */
const OUTPUT = z.object({
  format: z.object({ format_name: z.string(), duration: number, tags: TAGS }).optional(),
  streams: z
    .array(
      z.object({
        index: z.number(),
        codec_type: z.string().optional(),
        codec_name: z.string().default('unknown'),
        sample_rate: number,
        sample_fmt: z.string().optional(),
        channels: number,
        channel_layout: z.string().optional(),
        bits_per_sample: number,
        bits_per_raw_sample: number,
        bit_rate: number,
        width: number,
        height: number,
        duration: number,
        tags: TAGS,
        disposition: z.object({ attached_pic: z.number().default(0) }).optional(),
      }),
    )
    .default([]),
});

type Stream = z.output<typeof OUTPUT>['streams'][number];

/** ffmpeg's name of ID3v2 lyrics with a language. */
export const LYRICS = /^lyrics-[a-z]{3}$/i;

/** Maximum number and length of tags that a task shows, and that a result inherits. */
const SHOWN = { tags: 100, characters: 2000 };
const TAKEN = { tags: 1000, characters: 30_000 };

/** Codecs with one bit a sample at a high rate, which ffmpeg decodes to more bits at a lower rate. */
const ONE_BIT = /^dsd_/;

/**
 * Reads the output of ffprobe. Throws `not_audio` for an unknown kind of file, `no_audio` for a file without sound, and
 * `damaged` for sound without a sample rate or channels.
 * @param found parsed JSON; an empty object if ffprobe failed
 */
export function readProbe(found: unknown, stderr: string): Probed {
  const { format, streams } = parse(found, stderr);
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  if (!audio) throw new AppError('no_audio', 'The file contains no sound. Send audio, or video with sound.');
  const { sample_rate: sampleRate = 0, channels = 0 } = audio;
  if (sampleRate <= 0 || channels <= 0) {
    throw new AppError('damaged', 'The file is damaged: its sound has no sample rate or no channels.');
  }
  const tags = { ...audio.tags, ...format.tags };
  const pictures = streams.filter(({ disposition }) => disposition?.attached_pic === 1);
  return {
    estimated: /Estimating duration from bitrate/i.test(stderr),
    depth: depthOf(audio),
    cover: coverOf(pictures),
    tags: clean(tags, TAKEN),
    media: {
      container: format.format_name.split(',')[0] ?? format.format_name,
      codec: audio.codec_name,
      duration: audio.duration ?? format.duration ?? null,
      sampleRate,
      channels,
      channelLayout: audio.channel_layout === 'unknown' ? null : (audio.channel_layout ?? null),
      bitDepth: audio.bits_per_raw_sample || audio.bits_per_sample || null,
      bitrate: audio.bit_rate ?? null,
      tags: shownTags(tags),
      coverArt: pictures.length > 0,
      loudness: null,
    },
  };
}

type Output = z.output<typeof OUTPUT>;

function parse(found: unknown, stderr: string): Output & { format: NonNullable<Output['format']> } {
  const output = OUTPUT.safeParse(found);
  const format = output.data?.format;
  if (output.data && format) return { ...output.data, format };
  const sentence = 'The file is not audio of a supported kind, or its beginning is damaged.';
  throw new AppError('not_audio', sentence, { cause: new Error(stderr.trim() || 'no output') });
}

/** Parses the output of ffprobe; undefined if a hostile file makes it invalid JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The smallest depth that holds every decoded sample; ffmpeg decodes codecs with few bits (ADPCM, G.711) to 16. */
function depthOf({
  codec_name,
  sample_fmt = '',
  bits_per_raw_sample: raw,
  bits_per_sample: stored,
}: Stream): Depth | null {
  const bits = raw || stored || 0;
  if (ONE_BIT.test(codec_name)) return { bits: 24, float: false };
  if (bits === 0) return null;
  if (/^(flt|dbl)/.test(sample_fmt)) return { bits: 32, float: true };
  return { bits: bits <= 16 ? 16 : bits <= 24 ? 24 : 32, float: false };
}

function coverOf(pictures: readonly Stream[]): Cover | null {
  for (const { index, codec_name, width = 0, height = 0 } of pictures) {
    if (codec_name === 'mjpeg' || codec_name === 'png')
      return { stream: index, codec: codec_name, width, height };
  }
  return null;
}

/** Tags as a task shows them: names in lower case, without those that describe the container. */
export function shownTags(tags: Record<string, string>): Record<string, string> {
  const named = Object.entries(tags).map(([name, value]): [string, string] => [
    name.toLowerCase().replace(LYRICS, 'lyrics'),
    value,
  ]);
  return clean(Object.fromEntries(named.filter(([name]) => !isTechnical(name))), SHOWN);
}

/** Tags that a database and an argument accept: no NUL, no half of a surrogate pair, limited number and length. */
function clean(tags: Record<string, string>, most: typeof SHOWN): Record<string, string> {
  const kept = Object.entries(tags)
    .map(([name, value]): [string, string] => [text(name, 100), text(value, most.characters)])
    .filter(([name]) => name !== '');
  return Object.fromEntries(kept.slice(0, most.tags));
}

function text(raw: string, most: number): string {
  return storable(raw.slice(0, most));
}
