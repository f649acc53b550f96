import { z } from 'zod';
import { AppError } from './errors.ts';
import type { MediaInfo } from './media.ts';

/** What a probe knows beside what a task shows. */
export interface Probed {
  media: MediaInfo;
  /** The container does not say how long it is: the duration was reckoned from its size, and may be far off. */
  estimated: boolean;
}

const number = z.coerce.number().optional().catch(undefined);
const TAGS = z.record(z.string(), z.string()).default({});

/** The parts of `ffprobe -of json` that are used; numbers come as text, and N/A where unknown. */
const OUTPUT = z.object({
  format: z.object({ format_name: z.string(), duration: number, tags: TAGS }).optional(),
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().default('unknown'),
        sample_rate: number,
        channels: number,
        channel_layout: z.string().optional(),
        bits_per_sample: number,
        bits_per_raw_sample: number,
        bit_rate: number,
        duration: number,
        tags: TAGS,
        disposition: z.object({ attached_pic: z.number().default(0) }).optional(),
      }),
    )
    .default([]),
});

type Stream = z.output<typeof OUTPUT>['streams'][number];

/** Tags of the container that say nothing of the audio. */
const TECHNICAL = new Set([
  'major_brand',
  'minor_version',
  'compatible_brands',
  'handler_name',
  'vendor_id',
  'encoder',
]);
const MOST_TAGS = 100;
const TAG_CHARACTERS = 2000;

/**
 * Reads what ffprobe printed. Throws `not_audio` where it found no file that it knows, `no_audio` where there is no
 * sound in it, `damaged` where the sound has no rate or no channels.
 * @param ok whether ffprobe ended well
 */
export function readProbe(ok: boolean, stdout: string, stderr: string): Probed {
  const { format, streams } = parse(ok, stdout, stderr);
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  if (!audio) throw new AppError('no_audio', 'The file holds no sound. Send audio, or video with sound.');
  const { sample_rate: sampleRate = 0, channels = 0 } = audio;
  if (sampleRate <= 0 || channels <= 0) {
    throw new AppError('damaged', 'The file is damaged: its sound has no sample rate or no channels.');
  }
  return {
    estimated: /Estimating duration from bitrate/i.test(stderr),
    media: {
      container: format.format_name.split(',')[0] ?? format.format_name,
      codec: audio.codec_name,
      duration: audio.duration ?? format.duration ?? null,
      sampleRate,
      channels,
      channelLayout: audio.channel_layout ?? null,
      bitDepth: bitDepth(audio),
      bitrate: audio.bit_rate ?? null,
      tags: clean({ ...audio.tags, ...format.tags }),
      coverArt: streams.some(({ disposition }) => disposition?.attached_pic === 1),
    },
  };
}

type Output = z.output<typeof OUTPUT>;

function parse(
  ok: boolean,
  stdout: string,
  stderr: string,
): Output & { format: NonNullable<Output['format']> } {
  const output = OUTPUT.safeParse(ok ? JSON.parse(stdout) : {});
  const format = output.data?.format;
  if (output.data && format) return { ...output.data, format };
  const sentence = 'The file is not audio of a kind that is known here, or its beginning is damaged.';
  throw new AppError('not_audio', sentence, { cause: new Error(stderr.trim() || 'no output') });
}

function bitDepth({ bits_per_raw_sample: raw, bits_per_sample: stored }: Stream): number | null {
  return raw || stored || null;
}

/** Lower-case names, and texts that a database takes: no NUL, no half of a surrogate pair, not too much of it. */
function clean(tags: Record<string, string>): Record<string, string> {
  const kept = Object.entries(tags)
    .map(([name, value]): [string, string] => [text(name.toLowerCase(), 100), text(value, TAG_CHARACTERS)])
    .filter(([name]) => name !== '' && !TECHNICAL.has(name));
  return Object.fromEntries(kept.slice(0, MOST_TAGS));
}

function text(raw: string, most: number): string {
  return raw.replaceAll('\0', '').slice(0, most).toWellFormed();
}
