import type { Tags } from '../audio/media/tag-names.ts';
import { createUniqueNames, portableName } from './archive-names.ts';

/** A part as far as its name tells it. */
interface NamedPart {
  /** From 1. */
  number: number;
  total: number;
  tags: Tags;
  /** Whether it has a title of its own. */
  isTitled: boolean;
}

/** Maximum bytes of a name without its extension. */
const NAME_BYTES = 180;

/**
 * File names of the parts of an original, with their extension; no two are equal, whatever their case.
 * @param pattern option `split.name`; undefined: by the titles, where there are any
 * @param original name of the original without its extension
 */
export function partNames(
  pattern: string | undefined,
  parts: readonly NamedPart[],
  original: string,
  extension: string,
): string[] {
  const unique = createUniqueNames();
  return parts.map((part) => {
    const used = pattern ?? (part.isTitled ? '{number} {title}' : '{name} {number}');
    return unique(`${limited(portableName(filled(used, part, original)))}.${extension}`);
  });
}

/** Replaces each place once, so that a title with braces stays as it is. */
function filled(pattern: string, { number, total, tags }: NamedPart, original: string): string {
  const digits = Math.max(2, String(total).length);
  const values: ReadonlyMap<string, string> = new Map([
    ['number', String(number).padStart(digits, '0')],
    ['total', String(total)],
    ['title', tags.title?.[0] ?? original],
    ['artist', tags.artist?.[0] ?? ''],
    ['album', tags.album?.[0] ?? ''],
    ['name', original],
  ]);
  return pattern.replace(/\{([a-z]+)\}/g, (place, name) => values.get(name) ?? place).trim();
}

/** Cuts a name at a character. */
function limited(name: string): string {
  let [bytes, kept] = [0, ''];
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > NAME_BYTES) break;
    kept += character;
  }
  return kept.trimEnd();
}
