import { CommandError, EXIT } from './command-error.ts';

/** Errors of the system after which no further file can be written, with what to do. */
const REASONS: ReadonlyMap<string, string> = new Map([
  [
    'ENOSPC',
    'The disk is full. Free some space, or name another folder by --out, and give the same command again.',
  ],
  ['EDQUOT', 'The quota of the disk is used up. Free some space, and give the same command again.'],
  ['EFBIG', 'The file is larger than the system allows here (see ulimit -f). Name another folder by --out.'],
  ['EROFS', 'The file system is read-only. Name another folder by --out.'],
]);

/** The error of a disk that takes no further file; undefined for all others. */
export function writeError(cause: unknown): CommandError | undefined {
  return ofCode(cause instanceof Error && 'code' in cause ? String(cause.code) : '', cause);
}

/** The errors of a disk that only another program has met, by its words. */
export function toldWriteError(text: string, cause: unknown): CommandError | undefined {
  if (/No space left on device/i.test(text)) return ofCode('ENOSPC', cause);
  if (/Disk quota exceeded/i.test(text)) return ofCode('EDQUOT', cause);
  if (/Read-only file system/i.test(text)) return ofCode('EROFS', cause);
  return /File too large|set the FSIZE resource limit/i.test(text) ? ofCode('EFBIG', cause) : undefined;
}

function ofCode(code: string, cause: unknown): CommandError | undefined {
  const reason = REASONS.get(code);
  return reason === undefined ? undefined : new CommandError(EXIT.cannotWrite, reason, { cause });
}

/** A folder that refuses files. */
export function folderRefused(folder: string, cause: unknown): CommandError {
  const sentence = `The folder ${folder} cannot be written to. Change its rights, or name another one by --out.`;
  return writeError(cause) ?? new CommandError(EXIT.cannotWrite, sentence, { cause });
}
