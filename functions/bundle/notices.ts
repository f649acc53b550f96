import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Copies the licences that an image must contain: its own, and those of its programs with their sources. */
export async function stageNotices(folder: string): Promise<void> {
  for (const name of ['LICENSE', 'NOTICE']) await copyFile(join(ROOT, name), join(folder, name));
}
