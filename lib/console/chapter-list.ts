import type { Options } from './options.ts';
import type { Media } from './task.ts';

/** A chapter as the option `chapters` takes it. */
export interface Chapter {
  /** Seconds of the original. */
  start: number;
  end?: number;
  title: string;
  url?: string;
  image?: string;
}

/** The chapters of the next result. */
export function chaptersOf({ chapters }: Pick<Media, 'chapters'>, options: Options): readonly Chapter[] {
  const chosen = options.chapters;
  if (chosen === 'strip') return [];
  return Array.isArray(chosen) ? chosen.filter(isChapter) : chapters;
}

/** The options with a list of chapters, in the order of their starts. A chapter ends where the next one begins. */
export function withChapters(options: Options, chapters: readonly Chapter[]): Options {
  const sorted = chapters.map(({ end: _, ...rest }) => rest).sort((one, other) => one.start - other.start);
  return { ...options, chapters: sorted };
}

/** The chapters with another one, where no chapter begins yet. */
export function withChapterAt(chapters: readonly Chapter[], seconds: number, title: string): Chapter[] {
  const start = Math.round(seconds * 1000) / 1000;
  const isTaken = chapters.some((chapter) => chapter.start === start);
  return isTaken ? [...chapters] : [...chapters, { start, title }];
}

/** Seconds between the last chapter and another one in a file that does not play. */
const GAP = 10;

/** Seconds at which another chapter begins in a file that does not play. */
export function nextStart(chapters: readonly Chapter[]): number {
  const last = chapters.at(-1);
  return last === undefined ? 0 : last.start + GAP;
}

function isChapter(value: unknown): value is Chapter {
  return typeof value === 'object' && value !== null && 'start' in value && 'title' in value;
}
