import type { Adaptation } from '../media/adaptations.ts';
import { inheritedTags, type Probed, standardOf } from '../media/ffprobe-output.ts';
import type { FileTags } from '../media/file-tags.ts';
import type { Tags } from '../media/tag-names.ts';
import { decodedTags } from './text-encoding.ts';

/** All tags of a file: those of the library, with what ffprobe knows better; those of ffprobe alone for other kinds of files. */
export function originalTags(file: TaggedFile, requested?: string): Tags {
  const tags = readTags(file);
  const encoding = encodingOf(file, requested);
  return encoding === null ? tags : decodedTags(tags, encoding);
}

/** Containers whose texts have an encoding of their own or UTF-8, so that no reader takes other bytes for Latin-1. */
const UNAMBIGUOUS: ReadonlySet<string> = new Set(['flac', 'ogg', 'mov', 'matroska', 'webm', 'asf']);

/**
 * The encoding in which texts of a file are read again, since it stores them as Latin-1 and they are not; null: none.
 * @param requested option `tagEncoding`
 */
export function encodingOf({ file, media }: TaggedFile, requested?: string): string | null {
  return requested ?? (UNAMBIGUOUS.has(media.container) ? null : (file?.encoding ?? null));
}

/** Whether a text of a file changes by that. */
export function isDecoded(file: TaggedFile, requested?: string): boolean {
  return JSON.stringify(readTags(file)) !== JSON.stringify(originalTags(file, requested));
}

function readTags({ file, tags, repaired, media }: TaggedFile): Tags {
  const probed = inheritedTags(tags);
  if (!file) return probed;
  const unread = UNREAD.has(media.container) ? mainTags(probed) : repairedTags(probed, repaired);
  return { ...unread, ...joinedTags(file, tags, probed) };
}

/** Containers with places for tags that the library does not read: texts of QuickTime, the title of a Matroska file. */
const UNREAD: ReadonlySet<string> = new Set(['mov', 'matroska', 'webm']);

const MAIN: ReadonlySet<string> = new Set([
  ...['title', 'artist', 'album', 'albumArtist', 'date', 'genre', 'comment', 'composer', 'copyright'],
  ...['trackNumber', 'discNumber', 'lyrics'],
]);

function mainTags(probed: Tags): Tags {
  return Object.fromEntries(Object.entries(probed).filter(([name]) => MAIN.has(name)));
}

type TaggedFile = Pick<Probed, 'file' | 'tags' | 'media' | 'repaired'>;

/** Tags that were no UTF-8, of which TagLib reads nothing. */
function repairedTags(probed: Tags, repaired: readonly string[] = []): Tags {
  const names = new Set(repaired.map(standardOf));
  return Object.fromEntries(Object.entries(probed).filter(([name]) => names.has(name)));
}

/** Names each tag whose text was made valid. */
export function repairAdaptations({ repaired = [], tags }: TaggedFile): Adaptation[] {
  return repaired
    .filter((name) => Object.hasOwn(tags, name))
    .map((name) => ({
      property: `tags.${standardOf(name)}`,
      from: 'text that is not UTF-8',
      to: (tags[name] ?? '').slice(0, SHORT).toWellFormed(),
      code: 'repaired',
      reason: 'The bytes of this tag are read as Windows-1252.',
    }));
}

/** Characters of a text in an adaptation. */
const SHORT = 100;

function joinedTags(file: FileTags, raw: Readonly<Record<string, string>>, probed: Tags): Tags {
  const spelled = new Map(Object.keys(raw).map((name) => [name.toUpperCase(), name]));
  const found = Object.entries(file.tags).map(([name, values]): [string, readonly string[]] => [
    standardOf(name) === name ? (spelled.get(name) ?? name) : name,
    wholeNumbers(name, values, probed),
  ]);
  return Object.fromEntries(found);
}

/** Tags of which the library gives the integer only, where a container has no raw frames. */
const NUMBERS: ReadonlySet<string> = new Set(['trackNumber', 'discNumber', 'bpm', 'movementNumber']);

function wholeNumbers(name: string, values: readonly string[], probed: Tags): readonly string[] {
  const [text] = probed[name] ?? [];
  const [value = ''] = values;
  const isCut = NUMBERS.has(name) && text !== undefined && /^\d+$/.test(value);
  return isCut && Number.parseInt(text, 10) === Number(value) ? [text] : values;
}
