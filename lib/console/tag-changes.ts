import type { Options } from './options.ts';
import type { Media } from './task.ts';

/** Tags that every editor shows, in this order; the file's own ones follow. */
const USUAL_TAGS: readonly string[] = [
  ...['title', 'artist', 'album', 'albumArtist', 'date', 'genre', 'trackNumber', 'discNumber', 'composer'],
  'comment',
];

type Changes = Readonly<Record<string, unknown>>;

/** Names of the tags that an editor shows. */
export function editedNames({ tags }: Pick<Media, 'tags'>, options: Options): string[] {
  const own = [...Object.keys(tags), ...Object.keys(changesOf(options))].sort();
  return [...new Set([...USUAL_TAGS, ...own])];
}

/** The text of a tag in the next result. */
export function textOf({ tags }: Pick<Media, 'tags'>, options: Options, name: string): string {
  const changes = changesOf(options);
  if (!Object.hasOwn(changes, name)) return joined(tags, name);
  const value = changes[name];
  return Array.isArray(value) ? value.join(SEPARATOR) : typeof value === 'string' ? value : '';
}

/** The options with another text of a tag: none where it is the file's own, null where it is empty. */
export function withTag(
  { tags }: Pick<Media, 'tags'>,
  options: Options,
  name: string,
  text: string,
): Options {
  const { metadata: _, ...others } = options;
  const { [name]: _before, ...kept } = changesOf(options);
  const isSame = text === joined(tags, name);
  const changes = isSame ? kept : { ...kept, [name]: changedValue(tags, name, text) };
  return Object.keys(changes).length > 0 ? { ...others, metadata: changes } : others;
}

const SEPARATOR = '; ';

function changesOf({ metadata }: Options): Changes {
  return typeof metadata === 'object' && metadata !== null ? { ...metadata } : {};
}

function joined(tags: Media['tags'], name: string): string {
  return Object.hasOwn(tags, name) ? (tags[name] ?? []).join(SEPARATOR) : '';
}

/** Several values stay several; one value may have the separator in it. */
function changedValue(tags: Media['tags'], name: string, text: string): string | string[] | null {
  if (text === '') return null;
  const several = Object.hasOwn(tags, name) && (tags[name]?.length ?? 0) > 1;
  const parts = text.split(SEPARATOR).filter((part) => part !== '');
  return several && parts.length > 1 ? parts : text;
}
