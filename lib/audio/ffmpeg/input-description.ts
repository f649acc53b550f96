import { channelCount } from '../formats/channel-layouts.ts';

/** A file in the words of `ffprobe -of json`, as far as ffmpeg's own description of its input goes. */
export interface InputDescription {
  format: { format_name: string; duration: number | undefined; tags: Record<string, string> };
  streams: StreamDescription[];
}

interface StreamDescription {
  index: number;
  codec_type: string;
  codec_name: string;
  disposition: { attached_pic: 0 | 1 };
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

/** `Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 128 kb/s (default)` */
const STREAM = /^ {2,4}Stream #0:(\d+)(?:\[\w+\])?(?:\([^)]*\))?: (\w+): ([^\s,]+)(.*)$/;

/** Builds of 2018 do not say so; there a picture is known by the tick of its own, since it has no frame rate. */
const ATTACHED = /\(attached pic\)|, 90k tbr, 90k tbn, 90k tbc/;

/** Seconds; a file may be without (`N/A`). */
const DURATION = /^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?),/;

/**
 * Reads ffmpeg's description of its first input (av_dump_format), of builds from 2018 on.
 * @param stderr all of it, at the level `info`
 * @param metadata tags of the file and of its sound, as the muxer `ffmetadata` writes them
 * Undefined where ffmpeg could not open the input.
 */
export function readDescription(stderr: string, metadata: string): InputDescription | undefined {
  const [, text = ''] = stderr.split(/^Input #0, /m);
  const lines = text.split(/^(?:Output #0|Stream mapping)/m)[0]?.split('\n') ?? [];
  const format_name = /^(\S+), from '/.exec(lines[0] ?? '')?.[1];
  if (format_name === undefined) return undefined;
  const duration = lines.map((line) => DURATION.exec(line)).find((found) => found !== null);
  return {
    format: { format_name, duration: duration ? seconds(duration) : undefined, tags: readTags(metadata) },
    streams: lines.map(readStream).filter((stream) => stream !== undefined),
  };
}

function seconds([, hours, minutes, rest]: RegExpExecArray): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

function readStream(line: string): StreamDescription | undefined {
  const [, index, type = '', codec_name = '', details = ''] = STREAM.exec(line) ?? [];
  if (index === undefined) return undefined;
  const attached_pic = ATTACHED.test(details) ? 1 : 0;
  const parts = type === 'Audio' ? readSound(details, codec_name) : readPicture(details);
  return {
    ...{ index: Number(index), codec_type: type.toLowerCase(), codec_name },
    ...{ disposition: { attached_pic }, ...parts },
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

/** `name=value` lines in sections; a backslash before `=`, `;`, `#`, itself and a line's end takes their meaning away. */
function readTags(metadata: string): Record<string, string> {
  const pairs = metadata.matchAll(
    /^((?:[^\\=;#[\n]|\\[\s\S])(?:[^\\=\n]|\\[\s\S])*)=((?:[^\\\n]|\\[\s\S])*)$/gm,
  );
  const plain = (text = '') => text.replace(/\\([\s\S])/g, '$1');
  // The file's own stand first and count more than those of its sound.
  return Object.fromEntries([...pairs].reverse().map(([, name, value]) => [plain(name), plain(value)]));
}
