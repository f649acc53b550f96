import { z } from 'zod';
import { AppError } from '../../runtime/errors.ts';
import { storable } from '../../runtime/text.ts';
import { checkedChapters, FFPROBE_CHAPTERS, withComments, withoutFrameNames } from './chapters.ts';
import type { FileChunk } from './file-chunks.ts';
import type { FileTags } from './file-tags.ts';
import type { Depth, MediaInfo } from './media-info.ts';
import { declaredLength } from './sound-length.ts';
import { isTechnical, standardName, type Tags } from './tag-names.ts';
import { MOST_TRACKS, type Sound, standardSound } from './tracks.ts';

/** Result of a probe: media information for the task, and details for the conversion. */
export interface Probed {
  media: MediaInfo;
  /** Whether the duration is only a hint for progress, which may be far off; see `declaredLength`. */
  estimated: boolean;
  /** Whether the demuxer says that the file joins several. */
  joined: boolean;
  /** Packets of the sound that the index of the file lists; null if it has none. */
  packets: number | null;
  /** Depth that holds every decoded sample; null if the codec is lossy and has no depth. */
  depth: Depth | null;
  /** Tags by ffprobe's names; more of them, and longer ones, than a task shows. */
  tags: Readonly<Record<string, string>>;
  /** Chunks of a WAV, Wave64 or AIFF file apart from sound and tags. */
  chunks: readonly FileChunk[];
  /** Seconds that the header states, if the file has less; absent otherwise. */
  declared?: number;
  /** Tags and pictures by the library; absent if it does not know the file, or was not asked. */
  file?: FileTags;
  /** Names of tags in `tags` that were no UTF-8 and are read as Windows-1252. */
  repaired?: readonly string[];
  /** Whether the tags are too large or take too long to read. */
  tagsUnreadable?: boolean;
  /** Whether the file has more chapters than `media` lists. */
  moreChapters: boolean;
  /** Number of the sound track that the probe describes, from 1. */
  track: number;
  /** ffmpeg's decoder of the sound, if ffmpeg chooses a wrong one by itself. */
  decoder: string | null;
  /** All sound tracks. */
  sounds: readonly Sound[];
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
        start_time: number,
        nb_frames: number,
        tags: TAGS,
        disposition: z
          .object({ attached_pic: z.number().default(0), default: z.number().default(0) })
          .optional(),
      }),
    )
    .default([]),
  chapters: FFPROBE_CHAPTERS,
});

type Stream = z.output<typeof OUTPUT>['streams'][number];

/** ffmpeg's name of ID3v2 lyrics with a language. */
const LYRICS = /^lyrics-[a-z]{3}$/i;

/** Maximum number and length of tags that a task shows, and that a result inherits. */
const SHOWN = { tags: 100, characters: 2000 };
const TAKEN = { tags: 1000, characters: 30_000 };

/** The same for the tags of a sound track, of which a task shows the language and the title. */
const LISTED = { tags: 100, characters: 200 };

/** Codecs with one bit a sample at a high rate, which ffmpeg decodes to more bits at a lower rate. */
const ONE_BIT = /^dsd_/;

/**
 * Reads the output of ffprobe. Throws `not_audio` for an unknown kind of file, `no_audio` for a file without sound,
 * `unsupported_codec` for sound that ffmpeg does not decode, and `damaged` for sound without a sample rate or channels.
 * @param output parsed JSON; an empty object if ffprobe failed
 * @param decodes whether ffmpeg decodes a codec
 */
export function readProbe(output: unknown, stderr: string, decodes: (codec: string) => boolean): Probed {
  const { format, streams, chapters: found } = parse(output, stderr);
  const [first, ...others] = streams.filter(({ codec_type }) => codec_type === 'audio');
  if (!first) throw new AppError('no_audio', 'The file contains no sound. Send audio, or video with sound.');
  const pictures = streams.filter(({ disposition }) => disposition?.attached_pic === 1);
  const container = format.format_name.split(',')[0] ?? format.format_name;
  const file = {
    format,
    container,
    isReckoned: /Estimating duration from bitrate/i.test(stderr),
    decodes,
  };
  const soundOf = (stream: Stream, index: number) => readSound(stream, index + 1, file);
  const sounds = [soundOf(first, 0), ...others.map((stream, index) => soundOf(stream, index + 1))] as const;
  const { estimated, packets, depth, tags, media, track } = standardSound(sounds);
  const titled = withComments(withoutFrameNames(found), tags);
  const { chapters, more } = checkedChapters(titled, estimated ? null : media.duration);
  return {
    estimated,
    packets,
    joined: /invalid concatenated file/.test(stderr),
    depth,
    tags,
    track: track.number,
    decoder: null,
    sounds,
    moreChapters: more,
    chunks: [],
    media: {
      container,
      ...media,
      coverArt: pictures.length > 0,
      chapters,
      chunks: [],
      loudness: null,
      tracks: sounds.slice(0, MOST_TRACKS).map((sound) => sound.track),
    },
  };
}

/** The properties of a file on which those of its sound tracks depend. */
interface TracksFile {
  format: NonNullable<Output['format']>;
  container: string;
  /** Whether the duration is an estimate. */
  isReckoned: boolean;
  decodes: (codec: string) => boolean;
}

function readSound(
  stream: Stream,
  position: number,
  { format, container, isReckoned, decodes }: TracksFile,
): Sound {
  const { codec_name: codec, sample_rate: sampleRate = 0, channels = 0, disposition } = stream;
  const tags = { ...stream.tags, ...format.tags };
  const { language = 'und', title, duration: stated = '' } = clean(lowerCase(stream.tags), LISTED);
  const length = declaredLength({
    container,
    stream: stream.duration,
    file: format.duration,
    start: stream.start_time,
    end: statedSeconds(stated),
    reckoned: isReckoned,
  });
  const isDamaged = sampleRate <= 0 || channels <= 0;
  return {
    refusal: !decodes(codec) ? 'unsupported_codec' : isDamaged ? 'damaged' : null,
    estimated: !length.sure,
    packets: container === 'mov' ? stream.nb_frames || null : null,
    depth: depthOf(stream),
    tags: clean(tags, TAKEN),
    track: {
      number: position,
      codec,
      channels,
      sampleRate,
      language: LANGUAGE.test(language) && language !== 'und' ? language : null,
      title: title ?? null,
      default: disposition?.default === 1,
      duration: stream.duration ?? statedSeconds(stated) ?? null,
    },
    media: {
      codec,
      duration: length.seconds,
      sampleRate,
      channels,
      channelLayout: stream.channel_layout === 'unknown' ? null : (stream.channel_layout ?? null),
      bitDepth: stream.bits_per_raw_sample || stream.bits_per_sample || null,
      bitrate: stream.bit_rate ?? null,
      tags: shownTags(tags),
    },
  };
}

/** Seconds of `hh:mm:ss.fraction`, the tag `DURATION` of a Matroska track; undefined for another text. */
function statedSeconds(text: string): number | undefined {
  const [, hours, minutes, seconds] = /^(\d{2,}):(\d\d):(\d\d\.\d+)$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** A language code as MP4 and Matroska have it. */
const LANGUAGE = /^[a-z]{2,8}(-[a-z0-9]{1,8}){0,3}$/i;

type Output = z.output<typeof OUTPUT>;

function parse(found: unknown, stderr: string): Output & { format: NonNullable<Output['format']> } {
  const output = OUTPUT.safeParse(found);
  const format = output.data?.format;
  if (output.data && format) return { ...output.data, format };
  const sentence = 'The file is not audio of a supported kind, or its beginning is damaged.';
  throw new AppError('not_audio', sentence, { cause: new Error(stderr.trim() || 'no output') });
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
  if (/^(flt|dbl)/.test(sample_fmt))
    return { bits: sample_fmt.startsWith('dbl') && bits > 32 ? 64 : 32, float: true };
  return { bits: bits <= 16 ? 16 : bits <= 24 ? 24 : 32, float: false };
}

/** Tags as a task shows them: under standard names, without those that describe the container. */
function shownTags(tags: Record<string, string>): Tags {
  return namedTags(tags, SHOWN);
}

/** The same, with all that a result inherits. */
export function inheritedTags(tags: Record<string, string>): Tags {
  return namedTags(tags, TAKEN);
}

function namedTags(tags: Record<string, string>, most: typeof SHOWN): Tags {
  const all = Object.entries(clean(tags, most)).filter(([name]) => !isTechnical(name));
  return Object.fromEntries(all.map(([name, value]) => [standardOf(name), [value]]));
}

/** Tags of a file as a task shows them, limited in number and length. */
export function limitedTags(tags: Tags): Tags {
  const kept = Object.entries(tags).slice(0, SHOWN.tags);
  return Object.fromEntries(
    kept.map(([name, values]) => [
      text(name, 100),
      values.slice(0, SHOWN.tags).map((value) => text(value, SHOWN.characters)),
    ]),
  );
}

/** The standard name of ffprobe's name, or that name. */
export function standardOf(name: string): string {
  const plain = name.replace(LYRICS, 'lyrics');
  return standardName(plain) ?? plain;
}

function lowerCase(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]));
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
