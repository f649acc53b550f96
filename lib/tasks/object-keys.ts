import { objectKey } from '../ports/object-key.ts';
import { AppError } from '../runtime/errors.ts';

/** Most bytes that file systems give one name (NAME_MAX), less what a temporary file adds to it. */
const NAME_BYTES = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * A file name as it may be stored: the last part of what the user gave, in its own Unicode.
 * Throws `invalid_request` where that is no name: empty, only dots, or with control characters; `too_large` where it is too long.
 */
export function fileName(given: string): string {
  const name = (given.split(/[/\\]/).at(-1) ?? '').trim();
  const refused = reasonAgainst(name);
  if (refused) {
    const message = `expected a file name of at most ${NAME_BYTES} bytes, such as song.wav: it ${refused}`;
    throw new AppError(
      tooLong(name) ? 'too_large' : 'invalid_request',
      `The file name is not usable: it ${refused}.`,
      {
        details: [{ path: 'filename', message }],
      },
    );
  }
  return name;
}

function tooLong(name: string): boolean {
  return Buffer.byteLength(name) > NAME_BYTES;
}

function reasonAgainst(name: string): string | undefined {
  if (name === '' || /^\.+$/.test(name)) return 'is empty';
  if (CONTROL.test(name)) return 'holds control characters';
  if (!name.isWellFormed()) return 'is not well-formed Unicode';
  if (tooLong(name)) return `is longer than ${NAME_BYTES} bytes`;
  return undefined;
}

/** Key of an original under the originals root, as the first generation wrote it. */
export function originalKey(task: { id: number; name: string }): string {
  return objectKey(task.id, task.name);
}

/** Key of a result under the results root. */
export function resultKey(task: { id: number; name: string; revision: number }, extension: string): string {
  return objectKey(task.id, task.revision, `${stem(task.name)}.${extension}`);
}

/** What a waveform can be of. */
export type WaveformOf = 'original' | 'result';

/** Key of a waveform under the results root. No result ends so, and no revision is 0, which stands for the original. */
export function waveformKey(task: { id: number; revision: number }, of: WaveformOf): string {
  return objectKey(task.id, of === 'original' ? 0 : task.revision, `${of}.dat`);
}

/** A name without its extension; a name that is nothing but an extension stays whole. */
export function stem(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** The extension of a name in lower case, without the dot; empty where there is none. */
export function extension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
