import { channelCount } from '../formats/channel-layouts.ts';

/** The part of `ffprobe -of json` that ffmpeg's description of its input contains. */
export interface InputDescription {
  format: { format_name: string; duration: number | undefined; tags: Record<string, string> };
  streams: StreamDescription[];
  chapters: ChapterDescription[];
}

interface ChapterDescription {
  start_time: number;
  end_time: number;
  tags: Record<string, string>;
}

interface StreamDescription {
  index: number;
  codec_type: string;
  codec_name: string;
  disposition: { attached_pic: 0 | 1; default: 0 | 1 };
  tags: Record<string, string>;
  /** Seconds. */
  duration?: number | undefined;
  sample_rate?: number | undefined;
  sample_fmt?: string | undefined;
  channels?: number | undefined;
  channel_layout?: string | undefined;
  bits_per_raw_sample?: number | undefined;
  bits_per_sample?: number | undefined;
  bit_rate?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
}

/** First line of the description: the container, then the address. */
const HEADING = /^Input #0, (\S+), from '/;

/** Beginning of the line of every stream; lines with an arrow map a stream to an output. */
const STREAM = /^ {2,4}Stream #0:(\d+)(?! ->)/;

/**
 * `Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 128 kb/s (default)`. A file
 * chooses the language, which may contain all of this, so that the last type in the line is the real one.
 */
const DETAILS = /^.*: (Audio|Video|Subtitle|Data|Attachment|Unknown): ([^\s,]+)(.*)$/s;

/** Builds of 2018 do not print `attached pic`; there a picture has a time base of 1/90000 s, since it has no frame rate. */
const ATTACHED = /\(attached pic\)|, 90k tbr, 90k tbn, 90k tbc/;

const DEFAULT = / \(default\)/;

/** The language follows the number and the identifier of the stream. */
const LANGUAGE = /^ +Stream #0:\d+(?:\[0x[0-9a-f]+\])?\(([a-z-]+)\): /i;

/** Hours, minutes and seconds; `N/A` if the file does not declare its duration. */
const DURATION = /^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?),/;

/**
 * Reads ffmpeg's description of its first input (av_dump_format), of builds from 2018 on. ffmpeg prints names of tags
 * and languages as they are, so that a file can forge whole lines. The real lines are there as well: a description with
 * two headings, or with two lines for one stream, is refused.
 * @param stderr all of it, at the level `info`
 * @param metadata tags of the file and of its sound, and its chapters, as the muxer `ffmetadata` writes them
 * @param mark random name of the output pipe: no line of the file can pass for the heading of the output
 * @returns undefined if ffmpeg did not open the input, or if the file forges lines
 */
export function readDescription(
  stderr: string,
  metadata: string,
  mark: string,
): InputDescription | undefined {
  const [input = '', output] = stderr.split(`\nOutput #0, ffmetadata, to '${mark}':`);
  const lines = input.split('\n');
  const [format_name, otherName] = lines.flatMap((line) => HEADING.exec(line)?.[1] ?? []);
  const streams = readStreams(lines);
  if (format_name === undefined || otherName !== undefined || !streams) return undefined;
  const duration = lines.map((line) => DURATION.exec(line)).find((found) => found !== null);
  const [ofFile = '', ...ofChapters] = metadata.split(CHAPTER_HEADING);
  return {
    format: { format_name, duration: duration ? seconds(duration) : undefined, tags: readTags(ofFile) },
    chapters: ofChapters.map(readChapter),
    // ffmpeg writes an output only if there is sound to copy.
    streams: output === undefined ? streams.filter(({ codec_type }) => codec_type !== 'audio') : streams,
  };
}

/** Streams by rising index; undefined if two lines have the same index, or a line has no type. */
function readStreams(lines: readonly string[]): StreamDescription[] | undefined {
  const streams = new Map<number, StreamDescription>();
  for (const line of lines) {
    const index = STREAM.exec(line)?.[1];
    if (index === undefined) continue;
    const stream = readStream(Number(index), line);
    if (!stream || streams.has(stream.index)) return undefined;
    streams.set(stream.index, stream);
  }
  return [...streams.values()].sort((one, other) => one.index - other.index);
}

function seconds([, hours, minutes, rest]: RegExpExecArray): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

function readStream(index: number, line: string): StreamDescription | undefined {
  const language = LANGUAGE.exec(line)?.[1];
  const [, type, codec_name, details] = DETAILS.exec(line) ?? [];
  if (type === undefined || codec_name === undefined || details === undefined) return undefined;
  return {
    index,
    codec_type: type.toLowerCase(),
    codec_name,
    disposition: { attached_pic: ATTACHED.test(details) ? 1 : 0, default: DEFAULT.test(details) ? 1 : 0 },
    tags: language === undefined ? {} : { language },
    ...(type === 'Audio' ? readSound(details, codec_name) : readPicture(details)),
  };
}

function readSound(details: string, codec: string): Partial<StreamDescription> {
  const [, rate, layout, sampleFormat, raw] =
    /, (\d+) Hz, ([^,]+)(?:, (\w+)(?: \((\d+) bit\))?)?/.exec(details) ?? [];
  const bitrate = /, (\d+) kb\/s/.exec(details)?.[1];
  return {
    sample_rate: numberOf(rate),
    channels: layout === undefined ? undefined : channelCount(layout),
    channel_layout: layout === undefined || /^\d+ channels$/.test(layout) ? undefined : layout,
    sample_fmt: sampleFormat,
    bits_per_raw_sample: numberOf(raw),
    bits_per_sample: numberOf(/^pcm_[sfu](\d+)/.exec(codec)?.[1]),
    bit_rate: bitrate === undefined ? undefined : Number(bitrate) * 1000,
  };
}

function readPicture(details: string): Partial<StreamDescription> {
  const [, width, height] = /, (\d+)x(\d+)/.exec(details) ?? [];
  return { width: numberOf(width), height: numberOf(height) };
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** Heading of a section; a backslash before the end of a line makes the next line a part of a value. */
const CHAPTER_HEADING = /(?<=(?:^|[^\\])(?:\\\\)*\n)\[CHAPTER\]\n/;

/** A time base as a fraction of a second, a start and an end in its units, and tags. */
function readChapter(section: string): ChapterDescription {
  const [, numerator, denominator, start, end] =
    /^TIMEBASE=(\d+)\/(\d+)\nSTART=(-?\d+)\nEND=(-?\d+)\n/.exec(section) ?? [];
  const time = (units: string | undefined) => (Number(units) * Number(numerator)) / Number(denominator);
  return { start_time: time(start), end_time: time(end), tags: readTags(section) };
}

/** A line with its continuations: a backslash before its end makes the next line a part of it. */
const LONG_LINE = /(?:[^\\\n]|\\[\s\S])+/g;

/** A tag, and no comment or heading; a backslash escapes `=`, `;`, `#`, a backslash and the end of a line. */
const TAG = /^((?:[^\\=;#[]|\\[\s\S])(?:[^\\=]|\\[\s\S])*)=([\s\S]*)$/;

/** `name=value` lines in sections. The time depends on the length alone, whatever the file's tags are. */
function readTags(metadata: string): Record<string, string> {
  const pairs = (metadata.match(LONG_LINE) ?? []).flatMap((line) => {
    const [, name, value] = TAG.exec(line) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
  const plain = (text = '') => text.replace(/\\([\s\S])/g, '$1');
  // Tags of the file come first and take precedence over tags of its sound.
  return Object.fromEntries(pairs.reverse().map(([name, value]) => [plain(name), plain(value)]));
}
