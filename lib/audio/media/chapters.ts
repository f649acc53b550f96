import { z } from 'zod';
import { storable } from '../../runtime/text.ts';

/** A chapter of a file. `start` and `end` are seconds from the beginning of the sound, to a microsecond. */
export interface Chapter {
  start: number;
  end: number;
  /** Empty if the file gives none. */
  title: string;
  /** Address of a page about the chapter. */
  url?: string;
  /** Address of a picture of the chapter. */
  image?: string;
}

/** Maximum number of chapters of a file, and characters of one title and of all titles; a Bible has 1,189 chapters. */
export const MOST_CHAPTERS = 2000;
export const LONGEST_TITLE = 500;
const MOST_TEXT = 200_000;

/** A chapter as a reader found it, before any check. */
export interface FoundChapter {
  start: number | undefined;
  /** Undefined if the container stores only the start. */
  end: number | undefined;
  title: string | undefined;
  url?: string | undefined;
  image?: string | undefined;
  /** Its number in the file. */
  id?: number | undefined;
}

const seconds = z.coerce.number().optional().catch(undefined);

/** `chapters` in the output of `ffprobe -show_chapters -of json`. */
export const FFPROBE_CHAPTERS = z
  .array(
    z
      .object({
        id: seconds,
        start_time: seconds,
        end_time: seconds,
        tags: z.record(z.string(), z.string()).default({}).catch({}),
      })
      .transform(({ id, start_time, end_time, tags }): FoundChapter => {
        const byName = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]));
        const [title, url, image] = ['title', 'url', 'image'].map((name) => byName.get(name));
        return { id, start: start_time, end: end_time, title, url, image };
      }),
  )
  .default([])
  .catch([]);

/** The chapters of a file that are kept. */
export interface CheckedChapters {
  chapters: Chapter[];
  /** Whether the file has more chapters than the limits allow. */
  more: boolean;
}

/**
 * Chapters in the order of their starts, within the sound, limited in number and length. Drops chapters that begin after
 * the end; a chapter with no end, or with one before its start, ends where the next one begins.
 * @param duration seconds of the sound; null if unknown
 */
export function checkedChapters(found: readonly FoundChapter[], duration: number | null): CheckedChapters {
  const last = duration ?? Number.POSITIVE_INFINITY;
  const placed = found
    .flatMap(({ start, ...rest }) => (isTime(start) ? [{ ...rest, start: Math.max(0, start) }] : []))
    .filter(({ start }) => start < last)
    .sort((one, other) => one.start - other.start);
  const chapters: Chapter[] = [];
  let text = 0;
  for (const [index, one] of placed.entries()) {
    const chapter = chapterOf(one, nextStart(placed, index) ?? duration, last);
    text += chapter.title.length + (chapter.url?.length ?? 0) + (chapter.image?.length ?? 0);
    if (chapters.length === MOST_CHAPTERS || text > MOST_TEXT) return { chapters, more: true };
    chapters.push(chapter);
  }
  return { chapters, more: false };
}

type PlacedChapter = FoundChapter & { start: number };

function chapterOf(
  { start, end, title = '', url, image }: PlacedChapter,
  next: number | null,
  last: number,
): Chapter {
  const until = isTime(end) && end > start ? end : (next ?? start);
  return {
    start: toMicroseconds(start),
    end: toMicroseconds(Math.min(until, last)),
    title: limited(title),
    ...(url !== undefined && isWebAddress(url) && { url }),
    ...(image !== undefined && isWebAddress(image) && { image }),
  };
}

/** Clients show an address as a link: any other scheme than http and https would let a file run a script there. */
export function isWebAddress(text: string): boolean {
  return text.length <= LONGEST_TITLE && /^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) && URL.canParse(text);
}

/** Several chapters may begin at once; in a hostile file all of them do, so that the search stops after a few. */
function nextStart(placed: readonly PlacedChapter[], index: number): number | undefined {
  const start = placed[index]?.start ?? 0;
  return placed.slice(index + 1, index + 1 + MOST_AT_ONCE).find((other) => other.start > start)?.start;
}

const MOST_AT_ONCE = 10;

function isTime(seconds: number | undefined): seconds is number {
  return seconds !== undefined && Number.isFinite(seconds);
}

/** Containers count in samples, milliseconds or nanoseconds; binary fractions of these would show 17 digits. */
function toMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

function limited(text: string): string {
  return storable(text.slice(0, LONGEST_TITLE)).trim();
}

/** Vorbis comments of chapters that ffmpeg leaves among the tags: addresses, and a name that stands before its chapter. */
const COMMENT = /^chapter(\d{3})(name|url|image)$/i;

/** Any Vorbis comment of a chapter (Xiph wiki, "Chapter Extension"). */
const ANY_COMMENT = /^chapter\d{3}(name|url|image)?$/i;

/** Whether a tag is a chapter in the form of a Vorbis comment. */
export function isChapterComment(name: string): boolean {
  return ANY_COMMENT.test(name);
}

/** Adds names and addresses from Vorbis comments to chapters with the same number. */
export function withComments(
  found: readonly FoundChapter[],
  tags: Readonly<Record<string, string>>,
): FoundChapter[] {
  const comments = new Map<string, string>();
  for (const [name, value] of Object.entries(tags)) {
    const [, id, kind] = COMMENT.exec(name) ?? [];
    if (id !== undefined && kind !== undefined) comments.set(`${Number(id)} ${kind.toLowerCase()}`, value);
  }
  return found.map(({ id, title, url, image, ...times }) => ({
    ...times,
    id,
    title: title ?? comments.get(`${id} name`),
    url: url ?? comments.get(`${id} url`),
    image: image ?? comments.get(`${id} image`),
  }));
}

/** ffmpeg's title of an ID3 chapter without a title is the name of its frame. */
const FRAME_NAME = /^ch(ap|p)?_?\d+$/i;

/** Takes names of ID3 frames away that stand as titles. */
export function withoutFrameNames(found: readonly FoundChapter[]): FoundChapter[] {
  return found.map((chapter) => ({
    ...chapter,
    title: FRAME_NAME.test(chapter.title ?? '') ? undefined : chapter.title,
  }));
}
