import type { FoundChapter } from '../media/chapters.ts';
import type { FileChunk } from '../media/file-chunks.ts';
import { type ChunkList, type ChunkPlace, withChunks } from './chunk-list.ts';
import { chaptersOfCues, readCuePoints } from './cue-points.ts';
import { readMarkers } from './markers.ts';

/** Chunks of a file apart from its sound and its tags. */
export interface BroadcastChunks {
  chunks: FileChunk[];
  /** Names of the chunks, also of those above the limit on their size. */
  names: string[];
  /** Cue points or markers. */
  chapters: FoundChapter[];
}

/** Chunks that describe the sound itself or fill space, and those of tags, which are read with the tags. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  ...['fmt ', 'data', 'fact', 'ds64', 'PEAK', 'JUNK', 'junk', 'PAD ', 'FLLR', 'filr', 'Fake', '????'],
  ...['COMM', 'SSND', 'FVER', 'ID3 ', 'id3 ', 'NAME', 'AUTH', '(c) ', 'ANNO'],
]);

/** Bytes of all chunks together; ordinary files have some thousands. */
const MOST_BYTES = 4 * 1024 ** 2;

/** Maximum number of names. */
const MOST_NAMES = 50;

/** Reads the chunks of a WAV, RF64, Wave64 or AIFF file; undefined for another file. */
export function readBroadcastChunks(path: string, sampleRate: number): Promise<BroadcastChunks | undefined> {
  return withChunks(path, async ({ form, chunks }, read) => {
    const found = await readAll(
      chunks.filter(({ id }) => !NOT_KEPT.has(id)),
      read,
    );
    const kept = found.filter(({ id, bytes }) => id !== 'LIST' || typeOf(bytes) !== 'INFO');
    return {
      chunks: kept,
      names: [...new Set(kept.map(nameOf))].slice(0, MOST_NAMES),
      chapters: chaptersOf(form, kept, sampleRate),
    };
  });
}

async function readAll(
  places: readonly ChunkPlace[],
  read: (place: ChunkPlace) => Promise<Buffer>,
): Promise<FileChunk[]> {
  const found: FileChunk[] = [];
  let left = MOST_BYTES;
  for (const place of places) {
    const isSmall = place.length <= left;
    if (isSmall) left -= place.length;
    found.push({ id: place.id, bytes: isSmall ? await read(place) : null });
  }
  return found;
}

function chaptersOf(
  form: ChunkList['form'],
  chunks: readonly FileChunk[],
  sampleRate: number,
): FoundChapter[] {
  const first = (id: string) => chunks.find((chunk) => chunk.id === id)?.bytes;
  if (form === 'AIFF') return readMarkers(first('MARK') ?? Buffer.alloc(0), sampleRate);
  return chaptersOfCues(readCuePoints(first('cue ') ?? Buffer.alloc(0), listsOf(chunks)), sampleRate);
}

/** Contents of the chunks `LIST`. */
export function listsOf(chunks: readonly FileChunk[]): Buffer[] {
  return chunks.flatMap(({ id, bytes }) => (id === 'LIST' && bytes ? [bytes] : []));
}

/** The name that a task shows; texts of cue points belong to these. */
export function nameOf({ id, bytes }: FileChunk): string {
  if (id !== 'LIST') return id.trim();
  const type = typeOf(bytes);
  return type === 'adtl' ? 'cue' : `LIST ${type}`.trim();
}

function typeOf(list: Buffer | null): string {
  const type = list?.toString('latin1', 0, 4) ?? '';
  return /^[\x20-\x7e]*$/.test(type) ? type : '';
}
