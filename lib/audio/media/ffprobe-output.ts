import { z } from 'zod';
import { AppError } from '../../runtime/errors.ts';
import { storable } from '../../runtime/text.ts';
import type { Cover, Depth, MediaInfo } from './media-info.ts';
import { isTechnical } from './tag-names.ts';

/** What a probe knows: what a task shows, and what only a conversion needs. */
export interface Probed {
  media: MediaInfo;
  /** The container does not say how long it is: the duration was reckoned from its size, and may be far off. */
  estimated: boolean;
  /** What holds every sample that the decoder gives; null where the codec is lossy and has no depth. */
  depth: Depth | null;
  /** The attached picture, where it is one that can be kept. */
  cover: Cover | null;
  /** Tags by their names in the file, longer ones and more of them than a task shows. */
  tags: Readonly<Record<string, string>>;
}

const number = z.coerce.number().optional().catch(undefined);
const TAGS = z.record(z.string(), z.string()).default({});

/** The parts of `ffprobe -of json` that are used; numbers come as text, and N/A where unknown. */
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

/** ffmpeg's name of lyrics that came with their language, as ID3v2 has them. */
export const LYRICS = /^lyrics-[a-z]{3}$/i;

/** What a task shows of tags, and what a result may take over. */
const SHOWN = { tags: 100, characters: 2000 };
const TAKEN = { tags: 1000, characters: 30_000 };

/** Codecs that give fewer samples of their own depth than ffmpeg decodes them to: one bit at a high rate. */
const ONE_BIT = /^dsd_/;

/**
 * Reads what ffprobe printed. Throws `not_audio` where it found no file that it knows, `no_audio` where there is no
 * sound in it, `damaged` where the sound has no rate or no channels.
 * @param found its JSON, or the like; an empty object where it gave up
 */
export function readProbe(found: unknown, stderr: string): Probed {
  const { format, streams } = parse(found, stderr);
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  if (!audio) throw new AppError('no_audio', 'The file holds no sound. Send audio, or video with sound.');
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
  const sentence = 'The file is not audio of a kind that is known here, or its beginning is damaged.';
  throw new AppError('not_audio', sentence, { cause: new Error(stderr.trim() || 'no output') });
}

/** Undefined where a hostile file had ffprobe print something else. */
/** What ffprobe printed; undefined where it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The least depth that holds what ffmpeg decodes; codecs with bits but few (ADPCM, G.711) are decoded to 16. */
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

/** What a task shows of tags: lower-case names, without what says nothing of the audio. */
export function shownTags(tags: Record<string, string>): Record<string, string> {
  const named = Object.entries(tags).map(([name, value]): [string, string] => [
    name.toLowerCase().replace(LYRICS, 'lyrics'),
    value,
  ]);
  return clean(Object.fromEntries(named.filter(([name]) => !isTechnical(name))), SHOWN);
}

/** Texts that a database and an argument take: no NUL, no half of a surrogate pair, not too much of it. */
function clean(tags: Record<string, string>, most: typeof SHOWN): Record<string, string> {
  const kept = Object.entries(tags)
    .map(([name, value]): [string, string] => [text(name, 100), text(value, most.characters)])
    .filter(([name]) => name !== '');
  return Object.fromEntries(kept.slice(0, most.tags));
}

function text(raw: string, most: number): string {
  return storable(raw.slice(0, most));
}
