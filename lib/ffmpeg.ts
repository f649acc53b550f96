import { GUARDS } from './demuxers.ts';
import type { Format } from './formats.ts';
import type { MediaInfo } from './media.ts';

/** Arguments of ffprobe that print what a local file holds as JSON. */
export function probeArguments(input: string): string[] {
  const show = ['-show_format', '-show_streams', '-of', 'json'];
  return ['-v', 'warning', '-hide_banner', ...GUARDS, ...show, '-i', `file:${input}`];
}

export interface Encoding {
  /** Local path of the original. */
  input: string;
  /** Local path of the result. */
  output: string;
  format: Format;
  /** What the original holds. */
  media: MediaInfo;
  /** ffmpeg stops writing beyond, which the check of the result then notices. Bytes. */
  mostBytes: number;
}

/**
 * Arguments of ffmpeg for one conversion: the first audio stream and its tags, progress as `key=value` lines on stdout.
 */
export function convertArguments({ input, output, format, media, mostBytes }: Encoding): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-nostats', '-progress', 'pipe:1', '-y'],
    ...[...GUARDS, '-i', `file:${input}`],
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_chapters', '-1'],
    ...tags(format),
    ...['-c:a', format.encoder, ...format.settings, ...format.depth(media)],
    ...end(media),
    ...['-fs', String(mostBytes), '-f', format.muxer, `file:${output}`],
  ];
}

/** From the container and from the stream alike: Ogg and Opus keep tags on the stream, others on the file. */
function tags({ tags: where }: Format): string[] {
  const target = where === 'stream' ? 's:a:0' : 'g';
  const from = (source: string) => [`-map_metadata:${target}`, source];
  return ['-map_metadata', '-1', ...from('0:s:a:0'), ...from('0:g')];
}

/** In MP4 the edit list says where the sound ends; ffmpeg decodes the encoder's padding after it as well. */
function end({ container, duration }: MediaInfo): string[] {
  return container === 'mov' && duration !== null ? ['-t', String(duration)] : [];
}
