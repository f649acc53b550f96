import type { Chapter } from '../audio/media/chapters.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';

/** A file with its chapters. */
export interface ChapteredFile {
  /** File name. */
  name: string;
  media: Pick<MediaInfo, 'chapters' | 'tags' | 'codec' | 'container'>;
}

/** A document in the JSON format for chapters of podcasts (Podcast Namespace, "JSON Chapters Format", 1.2.0). */
export interface PodcastChapters {
  version: '1.2.0';
  title?: string;
  author?: string;
  chapters: { startTime: number; endTime: number; title: string; url?: string; img?: string }[];
}

export function podcastChapters({ media }: ChapteredFile): PodcastChapters {
  const [title, author] = [media.tags.title?.[0], media.tags.artist?.[0]];
  return {
    version: '1.2.0',
    ...(title !== undefined && { title }),
    ...(author !== undefined && { author }),
    chapters: media.chapters.map(({ start, end, title, url, image }) => ({
      startTime: start,
      endTime: end,
      title,
      ...(url !== undefined && { url }),
      ...(image !== undefined && { img: image }),
    })),
  };
}

/**
 * A CUE sheet with one track a chapter (CDRWIN's user guide, appendix A). Tracks above 99, which a CD does not have, get
 * more digits.
 */
export function cueSheet({ name, media }: ChapteredFile): string {
  const { tags, chapters } = media;
  const heads = [
    ...line('PERFORMER', tags.albumArtist?.[0] ?? tags.artist?.[0]),
    ...line('TITLE', tags.album?.[0] ?? tags.title?.[0]),
    `FILE ${quoted(name)} ${fileType(media)}`,
  ];
  return [...heads, ...chapters.flatMap(track)].map((text) => `${text}\r\n`).join('');
}

function track({ start, title }: Chapter, index: number): string[] {
  const number = String(index + 1).padStart(2, '0');
  return [
    `  TRACK ${number} AUDIO`,
    ...line('TITLE', title).map((text) => `    ${text}`),
    `    INDEX 01 ${frames(start)}`,
  ];
}

function line(command: string, text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : [`${command} ${quoted(text)}`];
}

/** A string has no escapes: a line break would begin another command, and a quote would end the string. */
function quoted(text: string): string {
  return `"${text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll('"', "'")}"`;
}

/** Minutes, seconds and frames of a CD, of which a second has 75. */
function frames(seconds: number): string {
  const all = Math.floor(seconds * 75 + 1e-6);
  const parts = [Math.floor(all / 4500), Math.floor(all / 75) % 60, all % 75];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Players take WAVE for any format but these. */
function fileType({ container }: Pick<MediaInfo, 'container'>): 'MP3' | 'AIFF' | 'WAVE' {
  if (container === 'mp3') return 'MP3';
  return container === 'aiff' ? 'AIFF' : 'WAVE';
}
