import { execFile } from 'node:child_process';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
    await unmountIn(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes mounts of aborted runs away, so that their folders can be removed; the newest first. */
async function unmountIn(folder: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  const points = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const point of points.filter((one) => one.startsWith(`${folder}/`)).reverse())
    await promisify(execFile)('umount', ['--lazy', point]);
}
