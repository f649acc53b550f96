import { safePart } from '../files/safe-names.ts';
import { usageError } from '../terminal/command-error.ts';

/** Tags by standard names, as media information has them. */
export type Tags = Readonly<Record<string, readonly string[]>>;

/** Values of a file for a template. */
export interface Named {
  /** Name of the original without its extension. */
  stem: string;
  folders: readonly string[];
  /** Undefined if the template needs none. */
  tags: Tags | undefined;
}

/** Makes the path of a result, without its extension, as safe parts. */
export interface NameTemplate {
  needsTags: boolean;
  partsOf(file: Named): string[];
}

type Field = (file: Named) => string;

const tag = (tags: Tags | undefined, name: string) =>
  tags && Object.hasOwn(tags, name) ? (tags[name] ?? []).join(', ').trim() : '';

const number = (text: string) => /^\d+/.exec(text)?.[0]?.padStart(2, '0') ?? '';

/** Fields of a template; those of tags have something to say for files without the tag. */
const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['name', ({ stem }) => stem],
  ['title', ({ stem, tags }) => tag(tags, 'title') || stem],
  ['artist', ({ tags }) => tag(tags, 'artist') || 'Unknown artist'],
  ['albumartist', ({ tags }) => tag(tags, 'albumArtist') || tag(tags, 'artist') || 'Unknown artist'],
  ['album', ({ tags }) => tag(tags, 'album') || 'Unknown album'],
  ['track', ({ tags }) => number(tag(tags, 'trackNumber'))],
  ['disc', ({ tags }) => number(tag(tags, 'discNumber'))],
  ['year', ({ tags }) => /\d{4}/.exec(tag(tags, 'date'))?.[0] ?? ''],
  ['genre', ({ tags }) => tag(tags, 'genre') || 'Unknown genre'],
  ['composer', ({ tags }) => tag(tags, 'composer') || 'Unknown composer'],
]);

/** Fields that no tag gives. */
const WITHOUT_TAGS: ReadonlySet<string> = new Set(['name', 'folder']);

const PLACE = /\{([^{}]*)\}/g;

/** Reads `--name`. Throws a usage error for unknown fields, and for a path that leads out of the folder of the results. */
export function parseTemplate(template: string): NameTemplate {
  const names = [...template.matchAll(PLACE)].map(([, name = '']) => name);
  const unknown = names.find((name) => name !== 'folder' && !FIELDS.has(name));
  if (unknown !== undefined)
    throw usageError(
      `--name: {${unknown}} is no field. Expected {${[...FIELDS.keys(), 'folder'].join('}, {')}}.`,
    );
  const segments = template.split('/');
  if (
    template === '' ||
    template.includes('\\') ||
    segments.some((part) => part === '' || /^\.+$/.test(part))
  )
    throw usageError(
      '--name: expected a path below the folder of the results, such as "{album}/{track} {title}": no "..", no empty part, no backslash.',
    );
  return {
    needsTags: names.some((name) => !WITHOUT_TAGS.has(name)),
    partsOf: (file) => segments.flatMap((segment) => partsOf(segment, file)),
  };
}

/** `{folder}` alone stands for all folders of the original; elsewhere a value is never more than a part of a name. */
function partsOf(segment: string, file: Named): string[] {
  if (segment === '{folder}') return file.folders.map(safePart);
  const text = segment.replaceAll(PLACE, (_, name: string) =>
    name === 'folder' ? file.folders.join(' - ') : (FIELDS.get(name)?.(file) ?? ''),
  );
  return [safePart(text.replaceAll(/\s+/g, ' '))];
}
