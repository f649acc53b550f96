import { AppError } from '../../runtime/errors.ts';
import type { Source } from '../ffmpeg/input.ts';
import { chapterPlace } from '../formats/chapter-places.ts';
import type { Adaptation } from '../media/adaptations.ts';
import { limitedTags, type Probed } from '../media/ffprobe-output.ts';
import type { FileTags } from '../media/file-tags.ts';
import type { MediaInfo } from '../media/media-info.ts';
import type { Tags } from '../media/tag-names.ts';
import type { Plan } from '../plan/plan.ts';
import { chapterComments } from '../tags/chapter-comments.ts';
import { flacChunks, flacValues } from '../tags/flac-chunks.ts';
import { keptChunks } from '../tags/kept-chunks.ts';
import { lostPictures, lostTags } from '../tags/lost-tags.ts';
import { loudnessTags } from '../tags/loudness-tags.ts';
import { originalTags, repairAdaptations } from '../tags/original-tags.ts';
import { wantedTags } from '../tags/tag-changes.ts';
import type { TagWorker } from '../tags/tag-worker.ts';
import { type WantedPictures, wantedPictures } from '../tags/wanted-pictures.ts';

/** Tags, pictures and other values for one result. */
export interface PlannedTags extends WantedPictures {
  tags: Tags;
  /** Chapters as tags, for containers that have them so. */
  chapters: Tags;
  others: FileTags['others'];
  /** Path of the picture that becomes the front cover; undefined: the original's. */
  cover?: string;
}

export function planTags(plan: Plan, probed: Probed): PlannedTags {
  const { format, options } = plan;
  const { file } = probed;
  const isStripped = options.metadata === 'strip';
  const pictures = options.coverArt === 'strip' ? [] : (file?.pictures ?? []);
  const isComments = chapterPlace(format)?.kind === 'comments';
  const comments = isComments ? chapterComments(plan.chapters) : [];
  const level = loudnessTags(plan, originalTags(probed, options.tagEncoding));
  const wanted = wantedPictures(format, pictures);
  return {
    ...wanted,
    tags: wantedTags(plan, level.tags),
    chapters: Object.fromEntries(comments.map(([name, value]) => [name, [value]])),
    others: {
      ...(!isStripped && file?.others.ratings ? { ratings: file.others.ratings } : {}),
      ...(format.muxer === 'flac' ? flacValues(keptChunks(plan, probed).chunks) : {}),
    },
    adaptations: [
      ...(isStripped ? [] : repairAdaptations(probed)),
      ...level.adaptations,
      ...wanted.adaptations,
    ],
  };
}

/** Whether there is anything that the library writes into a finished file. */
export function hasTags({ tags, chapters, pictures, others, cover }: PlannedTags): boolean {
  if (cover !== undefined) return true;
  return [tags, chapters, others].some((values) => Object.keys(values).length > 0) || pictures.length > 0;
}

/**
 * Bytes for the tags in the head of a file, since the library moves the whole sound otherwise; null: ffmpeg's own choice. The library
 * gives back unused bytes above 1024 in ID3 and 4096 in FLAC or 1 % of the file, and moves the sound for it.
 */
export function headPadding({ muxer }: Plan['format'], planned: PlannedTags): number | null {
  const isOwn = muxer === 'mp3' || (muxer === 'flac' && planned.pictures.length > 0);
  if (!isOwn || planned.cover !== undefined || !hasTags(planned)) return null;
  const names = [...Object.entries(planned.tags), ...Object.entries(planned.chapters)];
  const texts = names.map(([name, values]) => FRAME + Buffer.byteLength([name, ...values].join()));
  const pictures = planned.pictures.map(({ bytes }) => FRAME + bytes);
  return [...texts, ...pictures].reduce((sum, bytes) => sum + bytes, SPARE);
}

/** Bytes of the head of a frame or block with its own fields, and those left free. */
const FRAME = 32;
const SPARE = 512;

/** The library has failed over a file, and may have left it broken. */
export class TagsNotWritten extends AppError {}

/**
 * Writes tags and pictures into a finished file. Throws `TagsNotWritten`.
 * @returns what the file has now; undefined if the library wrote nothing
 */
export async function writeTags(
  worker: TagWorker,
  input: Source,
  planned: PlannedTags,
  output: string,
): Promise<FileTags | undefined> {
  const { tags, chapters, pictures, others, cover } = planned;
  const from = typeof input === 'string' ? { from: input, wanted: pictures } : null;
  try {
    const wanted = { tags: { ...tags, ...chapters }, pictures: from, cover, others };
    return (await worker.write(output, wanted)) ?? undefined;
  } catch (cause) {
    throw new TagsNotWritten('unavailable', 'The tags could not be written.', { cause });
  }
}

/** The tags and pictures of a result as a task shows them, with everything wanted that it lacks. */
export function resultTags(
  { format }: Plan,
  planned: PlannedTags,
  made: Pick<Probed, 'file' | 'tags' | 'media'>,
): { media: MediaInfo; adaptations: Adaptation[] } {
  const tags = originalTags(made);
  const { file } = made;
  return {
    media: withTags(made.media, tags, file),
    adaptations: [
      ...planned.adaptations,
      ...lostTags(format.name, planned.tags, tags),
      ...lostPictures(format.name, planned.pictures, file?.pictures ?? []),
    ],
  };
}

/** Media information with the tags that the library read. */
export function withTags(media: MediaInfo, tags: Tags, file: FileTags | undefined): MediaInfo {
  if (!file) return { ...media, tags: limitedTags(tags) };
  const pictures = file.pictures.slice(0, MOST_PICTURES).map(({ sha256: _, ...picture }) => picture);
  const chunks = media.container === 'flac' ? flacChunks(file).map(({ id }) => id) : media.chunks;
  return { ...media, tags: limitedTags(tags), coverArt: pictures.length > 0, pictures, chunks };
}

/** Maximum number of pictures that a task shows. */
const MOST_PICTURES = 100;
