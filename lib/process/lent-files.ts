import { chown, open } from 'node:fs/promises';
import { undefinedFor } from '../runtime/errors.ts';

/**
 * Makes files that a program will write, and lets it own them while it runs: a sandbox gives access to files that exist.
 * @param user the program's user, if it is not the one of this process
 */
export async function lendingFiles<T>(
  paths: readonly string[],
  user: number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (const path of paths) await (await open(path, 'a', 0o600)).close();
  if (user === undefined) return work();
  await Promise.all(paths.map((path) => chown(path, user, user)));
  try {
    return await work();
  } finally {
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    await Promise.all(paths.map((path) => chown(path, uid, gid).catch(undefinedFor('ENOENT'))));
  }
}
