import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chapterPlace } from '../formats/chapter-places.ts';
import type { Format } from '../formats/formats.ts';
import type { Chapter } from '../media/chapters.ts';

/** Characters of a value for a build of 2018, which reads no line above a thousand bytes. */
const SHORT = 150;

/**
 * Writes chapters for ffmpeg into a private folder, in its format for metadata, and returns the absolute path; null if
 * there are none, or if this service adds them to the finished file.
 */
export async function writeChapterFile(
  folder: string,
  format: Format,
  chapters: readonly Chapter[],
  { movieTimescale: recent }: { movieTimescale: boolean },
): Promise<string | null> {
  const kind = chapterPlace(format)?.kind;
  if (chapters.length === 0 || kind !== 'muxer') return null;
  const most = recent ? Number.POSITIVE_INFINITY : SHORT;
  const path = join(folder, 'chapters.txt');
  await writeFile(path, `;FFMETADATA1\n${sections(chapters, most)}`);
  return path;
}

/** Sections of ffmpeg's metadata format (ffmpeg-formats(1), "Metadata"), in milliseconds: MP4, ID3 and ASF count so. */
function sections(chapters: readonly Chapter[], most: number): string {
  return chapters
    .map(({ start, end, title, url, image }) => {
      const times = `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${milliseconds(start)}\nEND=${milliseconds(end)}\n`;
      const addresses = [
        ...(url === undefined ? [] : [['URL', url] as const]),
        ...(image === undefined ? [] : [['IMAGE', image] as const]),
      ];
      return times + lines([['title', title], ...addresses], most);
    })
    .join('');
}

function lines(pairs: readonly (readonly [string, string])[], most: number): string {
  return pairs.map(([name, value]) => `${name}=${escaped(value.slice(0, most).toWellFormed())}\n`).join('');
}

/**
 * A backslash escapes the characters that mean something; NUL would end the line. ffmpeg before 6.0 takes any backslash at
 * the end of a line for an escaped line break, so that a space follows it.
 */
function escaped(value: string): string {
  const escapes = value.replaceAll('\0', '').replace(/[=;#\\\n]/g, '\\$&');
  return escapes.endsWith('\\') ? `${escapes} ` : escapes;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
