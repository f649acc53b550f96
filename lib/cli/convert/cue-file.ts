import { readFile } from 'node:fs/promises';
import { reasonOf } from '../files/file-errors.ts';
import { usageError } from '../terminal/command-error.ts';

/** Reads the CUE sheet that `--option split.cue=@FILE` names, as bytes, since it may have any usual encoding. Throws a usage error. */
export async function withCueFile(options: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { split } = options;
  if (typeof split !== 'object' || split === null || !('cue' in split)) return options;
  const { cue } = split;
  if (typeof cue !== 'string' || !cue.startsWith('@')) return options;
  const path = cue.slice(1);
  try {
    const base64 = (await readFile(path)).toString('base64');
    return { ...options, split: { ...split, cue: { base64 } } };
  } catch (error) {
    throw usageError(`--option split.cue: ${path} cannot be read: ${reasonOf(error)}`);
  }
}
