import { objectKey } from '../ports/object-key.ts';
import { AppError } from '../runtime/errors.ts';

/** Maximum bytes of a name: NAME_MAX of file systems, less the suffix of a temporary file. */
const NAME_BYTES = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern refuses control characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Makes a storable file name: the last part of the given path, with its Unicode unchanged. Throws `invalid_request` if it
 * is empty, only dots, not well-formed or has control characters; `too_large` if it is too long.
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
  if (CONTROL.test(name)) return 'contains control characters';
  if (!name.isWellFormed()) return 'is not well-formed Unicode';
  if (tooLong(name)) return `is longer than ${NAME_BYTES} bytes`;
  return undefined;
}

/** Key of an original under the originals root; the first generation uses the same. */
export function originalKey(task: { id: number; name: string }): string {
  return objectKey(task.id, task.name);
}

/** Key of a result under the results root. */
export function resultKey(task: { id: number; name: string; revision: number }, extension: string): string {
  return objectKey(task.id, task.revision, `${stem(task.name)}.${extension}`);
}

/** Key of a sent cover under the results root, where nothing counts as an original. No result has revision 0. */
export function coverKey(id: number, { sha256 }: { sha256: string }): string {
  return objectKey(id, 0, `cover-${sha256.slice(0, 32)}`);
}

/** The file of a waveform or a loudness. */
export type AnalysisOf = 'original' | 'result';

/** Key of a waveform under the results root. No result has this extension; revision 0 stands for the original. */
export function waveformKey(task: { id: number; revision: number }, of: AnalysisOf): string {
  return objectKey(task.id, of === 'original' ? 0 : task.revision, `${of}.dat`);
}

/** Key of a measured loudness beside the waveform. */
export function loudnessKey(task: { id: number; revision: number }, of: AnalysisOf): string {
  return objectKey(task.id, of === 'original' ? 0 : task.revision, `${of}.loudness`);
}

/** Key of the gating blocks of an original, in the folder of its waveform; only a task of an album has some. */
export function blocksKey(task: { id: number }): string {
  return objectKey(task.id, 0, 'original.blocks');
}

/** Keys of everything that was found out about a file by decoding it. */
export function analysisKeys(task: { id: number; revision: number }, of: AnalysisOf): string[] {
  return [waveformKey(task, of), loudnessKey(task, of)];
}

/** A name without its extension; a name such as `.mp3` stays unchanged. */
export function stem(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** The extension of a name in lower case, without the dot; empty if there is none. */
export function extension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
