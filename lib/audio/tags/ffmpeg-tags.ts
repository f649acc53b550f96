import type { Format } from '../formats/formats.ts';
import { standardName, type Tags } from '../media/tag-names.ts';
import { propertyOf } from './taglib-names.ts';

/** ffmpeg's names that are not TagLib's in small letters (ffmpeg, libavformat/avformat.h, "Metadata"). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['albumArtist', 'album_artist'],
  ['trackNumber', 'track'],
  ['discNumber', 'disc'],
  ['encodedBy', 'encoded_by'],
]);

/** Separates several values where a container stores one text. */
const SEPARATOR = '; ';

/** The tags that ffmpeg writes, by its names. */
export function ffmpegTags(format: Format, wanted: Tags): Readonly<Record<string, string>> {
  const texts = writtenByFfmpeg(format, Object.keys(wanted))
    .map((name): [string, string] => [ffmpegName(name), (wanted[name] ?? []).join(SEPARATOR)])
    .filter(([name, value]) => !name.includes('=') && value.length <= LONGEST);
  return Object.fromEntries(texts.slice(0, MOST));
}

/**
 * Names of tags that ffmpeg writes: all of them for containers that the library does not know, gains and the ones with names of
 * their own for ASF, of which the library writes no others than it has a property for.
 */
export function writtenByFfmpeg({ tags: writer, muxer }: Format, names: readonly string[]): string[] {
  if (writer === 'ffmpeg') return [...names];
  return muxer === 'asf'
    ? names.filter((name) => standardName(name) !== name || /^replaygain/.test(name))
    : [];
}

/** Linux passes arguments of 128 KiB, and of 2 MiB together (execve(2)); a character has up to three bytes. */
const LONGEST = 30_000;
const MOST = 20;

function ffmpegName(name: string): string {
  if (standardName(name) !== name) return name;
  return NAMES.get(name) ?? propertyOf(name).toLowerCase();
}
