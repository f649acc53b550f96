import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Copy of the lock that was installed last, next to the packages. */
const STAMP = join('node_modules', '.installed-lock');

/** Installs the packages next to a staged bundle, in the versions of its lock, unless exactly these are installed. */
export async function install(folder: string): Promise<void> {
  const lock = await readFile(join(folder, 'package-lock.json'), 'utf8');
  const before = await readFile(join(folder, STAMP), 'utf8').catch(() => undefined);
  if (before === lock) return;
  await run(folder, 'npm', 'ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund');
  await writeFile(join(folder, STAMP), lock);
}

/** Runs a program in a folder, and shows its output. Throws if it fails. */
export async function run(folder: string, program: string, ...args: string[]): Promise<void> {
  const child = spawn(program, args, { cwd: folder, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
}
