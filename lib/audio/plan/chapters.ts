import { type ChapterPlace, chapterPlace } from '../formats/chapter-places.ts';
import type { Format } from '../formats/formats.ts';
import type { Options } from '../formats/options.ts';
import type { Adaptation } from '../media/adaptations.ts';
import { type Chapter, checkedChapters, MOST_CHAPTERS } from '../media/chapters.ts';
import type { Probed } from '../media/ffprobe-output.ts';

/** Trimming in seconds of the original; `end` is null without an end. */
interface Cut {
  start: number;
  end: number | null;
}

/** Chapters of a result, and the properties of the original's chapters that it lacks. */
export interface PlannedChapters {
  chapters: Chapter[];
  adaptations: Adaptation[];
}

/**
 * Chapters for a result: those that the task sets, or those of the original, moved and clipped with the sound. A chapter
 * wholly outside is left out.
 * @param wanted option `chapters`; a list has times of the original
 */
export function plannedChapters(
  format: Format,
  wanted: NonNullable<Options['chapters']>,
  { media, moreChapters, estimated }: Pick<Probed, 'media' | 'moreChapters' | 'estimated'>,
  cut: Cut,
): PlannedChapters {
  if (wanted === 'strip') return { chapters: [], adaptations: [] };
  const found = wanted === 'keep' ? media.chapters : requested(wanted, estimated ? null : media.duration);
  const inside = found.flatMap((chapter) => clipped(chapter, cut));
  const place = chapterPlace(format);
  if (!place) return { chapters: [], adaptations: inside.length > 0 ? [noPlace(format, inside.length)] : [] };
  const adaptations = [
    ...(wanted === 'keep' && moreChapters ? [tooMany()] : []),
    ...(wanted !== 'keep' && found.length < wanted.length ? [behindEnd(wanted.length, found.length)] : []),
    ...lostAddresses(format, place, inside),
  ];
  return { chapters: inside.map((chapter) => storable(chapter, place)), adaptations };
}

function requested(
  list: Exclude<NonNullable<Options['chapters']>, string>,
  duration: number | null,
): readonly Chapter[] {
  const found = list.map(({ start, end, title, url, image }) => ({ start, end, title, url, image }));
  return checkedChapters(found, duration).chapters;
}

/** Moves a chapter with the sound; a marker without length stays if its point stays. */
function clipped(chapter: Chapter, { start, end }: Cut): Chapter[] {
  const last = end ?? Number.POSITIVE_INFINITY;
  const isPoint = chapter.end <= chapter.start;
  if (chapter.start >= last || (isPoint ? chapter.start < start : chapter.end <= start)) return [];
  const moved = (seconds: number) =>
    Math.round((Math.min(Math.max(seconds, start), last) - start) * 1e6) / 1e6;
  return [{ ...chapter, start: moved(chapter.start), end: moved(chapter.end) }];
}

function storable({ start, end, title, url, image }: Chapter, place: ChapterPlace): Chapter {
  return {
    ...{ start, end, title },
    ...(place.url && url !== undefined && { url }),
    ...(place.image && image !== undefined && { image }),
  };
}

function noPlace({ name }: Format, count: number): Adaptation {
  return {
    property: 'chapters',
    from: count,
    to: 0,
    code: 'not_supported',
    reason: `${name} has no place for chapters.`,
  };
}

function behindEnd(from: number, to: number): Adaptation {
  return {
    property: 'chapters',
    from,
    to,
    code: 'behind_end',
    reason: 'Chapters that begin behind the end are left out.',
  };
}

function tooMany(): Adaptation {
  const reason = 'Chapters above the limits on their number and the length of their titles are left out.';
  return { property: 'chapters', from: 'all', to: `at most ${MOST_CHAPTERS}`, code: 'too_many', reason };
}

function lostAddresses({ name }: Format, place: ChapterPlace, chapters: readonly Chapter[]): Adaptation[] {
  const lacks = (key: 'url' | 'image') =>
    !place[key] && chapters.some((chapter) => chapter[key] !== undefined);
  const reason = `${name} stores no addresses with its chapters.`;
  return (['url', 'image'] as const).filter(lacks).map((key) => ({
    property: `chapters.${key}`,
    from: 'kept',
    to: 'left out',
    code: 'not_supported',
    reason,
  }));
}
