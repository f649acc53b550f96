import { access, constants, stat } from 'node:fs/promises';
import { escaped } from '../../runtime/log-formats.ts';
import { CommandError, EXIT } from '../terminal/command-error.ts';
import { reasonOf } from './file-errors.ts';

/** Throws a CommandError that names the path: neither the engine nor the client says in words why it opens no file. */
export async function mustBeReadable(path: string): Promise<void> {
  const reason = await access(path, constants.R_OK)
    .then(() => stat(path))
    .then((found) => (found.isDirectory() ? 'It is a folder; expected a file.' : undefined), reasonOf);
  if (reason !== undefined) throw new CommandError(EXIT.failed, escaped(`${path}: ${reason}`));
}
