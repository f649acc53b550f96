import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Copies what must be handed on with the programs in an image: our licence, and theirs with where their source is. */
export async function stageNotices(folder: string): Promise<void> {
  for (const name of ['LICENSE', 'NOTICE']) await copyFile(join(ROOT, name), join(folder, name));
}
