import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

/** Packages that the types of the client mention; an installation brings them with the package. */
const WITH_TYPES = ['openapi-fetch', 'openapi-typescript-helpers'];

/** Packs the client, and puts it into the packages of a folder, as an installation does. */
export async function packInto(folder: string): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder]);
  // The scripts of the package print, too.
  const packed = z
    .array(z.object({ filename: z.string() }))
    .parse(JSON.parse(/^\[$.*/ms.exec(stdout)?.[0] ?? '[]'));
  const modules = join(folder, 'node_modules');
  const client = join(modules, 'tonemill');
  await mkdir(client, { recursive: true });
  for (const { filename } of packed)
    await run('tar', ['-xzf', join(folder, filename), '-C', client, '--strip-components=1']);
  for (const name of WITH_TYPES)
    await symlink(join(process.cwd(), 'node_modules', name), join(modules, name));
}
