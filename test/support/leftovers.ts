import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { isAlive } from '../../lib/runtime/working-folders.ts';
import { TEST_FOLDER } from './folders.ts';

/** Removes what aborted runs of this user left: their folders, and the databases that may still run on them. */
export async function clearLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = TEST_FOLDER.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = join(tmpdir(), name);
    if ((await stat(folder)).uid !== process.getuid?.()) continue;
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const { name, parentPath } of found) if (name === 'cluster') await removeCluster(parentPath);
    await rm(folder, { recursive: true, force: true });
  }
}
