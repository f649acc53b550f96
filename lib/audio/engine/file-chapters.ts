import type { Source } from '../ffmpeg/input.ts';
import { type CheckedChapters, checkedChapters } from '../media/chapters.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { FileChunk } from '../media/file-chunks.ts';
import type { MediaInfo } from '../media/media-info.ts';
import { readBroadcastChunks } from '../tags/broadcast-chunks.ts';

/** ffprobe's names of containers that consist of chunks. */
const CHUNKED: ReadonlySet<string> = new Set(['wav', 'w64', 'aiff']);

/** Adds chunks of a local file to its probe. */
export async function withChunks(source: Source, probed: Probed): Promise<Probed> {
  const { media, chunks, more } = await readChunks(source, probed);
  return { ...probed, media, chunks, moreChapters: probed.moreChapters || more };
}

/**
 * Reads the chunks of a local file with its cue points or markers. ffprobe reads chapters of an ID3 chunk, which have more
 * letters than markers; newer builds read cue points too, but not their ends.
 */
export async function readChunks(
  source: Source,
  { media, estimated }: Pick<Probed, 'media' | 'estimated'>,
): Promise<{ media: MediaInfo; chunks: FileChunk[]; more: boolean }> {
  const isChunked = typeof source === 'string' && CHUNKED.has(media.container);
  const found = isChunked ? await readBroadcastChunks(source, media.sampleRate) : undefined;
  if (!found) return { media, chunks: [], more: false };
  const { chunks, names } = found;
  const { chapters, more } = chaptersOf(
    media,
    checkedChapters(found.chapters, estimated ? null : media.duration),
  );
  return { media: { ...media, chapters, chunks: names }, chunks, more };
}

function chaptersOf({ chapters, container }: MediaInfo, marked: CheckedChapters): CheckedChapters {
  const isMarked =
    chapters.length === 0 || (container !== 'aiff' && chapters.length <= marked.chapters.length);
  return isMarked ? marked : { chapters: [...chapters], more: false };
}
