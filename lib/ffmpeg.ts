import { GUARDS } from './demuxers.ts';
import type { Format } from './formats.ts';
import type { MediaInfo } from './media.ts';

/** Where programs read and write where that is no local file. */
export const PIPES = { stdin: 'pipe:0', stdout: 'pipe:1', progress: 'pipe:3', sound: 'pipe:4' } as const;

/** Arguments of ffprobe that print what a file holds as JSON. */
export function probeArguments(input: Address): string[] {
  const show = ['-show_format', '-show_streams', '-of', 'json'];
  return ['-v', 'warning', '-hide_banner', ...GUARDS, ...show, '-i', input];
}

/** A file by its absolute path, or one of the pipes; never a name that could be taken for another protocol. */
export type Address = `file:/${string}` | (typeof PIPES)[keyof typeof PIPES];

export function fileAddress(path: string): Address {
  if (!path.startsWith('/')) throw new TypeError('a path must be absolute');
  return `file:/${path.slice(1)}`;
}

export interface Encoding {
  input: Address;
  output: Address;
  format: Format;
  /** What the original holds. */
  media: MediaInfo;
  /** ffmpeg stops writing beyond, which the check of the result then notices. Bytes. */
  mostBytes: number;
}

/**
 * Arguments of ffmpeg for one conversion: the first audio stream and its tags, progress as `key=value` lines on a pipe of its own.
 */
export function convertArguments({ input, output, format, media, mostBytes }: Encoding): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-nostats', '-progress', PIPES.progress, '-y'],
    ...[...GUARDS, '-i', input],
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_chapters', '-1'],
    ...tags(format),
    ...['-c:a', format.encoder, ...format.settings, ...format.depth(media)],
    ...end(media),
    ...['-fs', String(mostBytes), '-f', format.muxer, output],
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
