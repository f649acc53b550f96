import { portableName } from '../../tasks/archive-names.ts';

/** Bytes of a name, which leave room for a number and an extension (NAME_MAX is 255). */
const MOST_BYTES = 200;

/** Control characters, and marks that change the direction of the text after them: no file needs them in its name. */
const UNSAFE = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A name from outside as one part of a path, for every system: no separators, no `..`, no control characters. */
export function safePart(text: string): string {
  return clipped(portableName(text.replace(UNSAFE, '_').trim()));
}

/** The name of a file here, as it is but for control characters. */
export function plainName(name: string): string {
  return clipped(name.replace(UNSAFE, '_'));
}

/** Cuts a name at the end of a character. */
function clipped(name: string): string {
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  const cut = Buffer.from(name).subarray(0, MOST_BYTES).toString('utf8');
  return cut.replace(/(?<!\ufffd)\ufffd+$/, '').trimEnd();
}
