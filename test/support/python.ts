import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { read } from '../../lib/emulate/emulator-programs.ts';
import { isErrno } from '../../lib/runtime/errors.ts';

const run = promisify(execFile);

/**
 * Installs Python packages from PyPI into a folder of their own, in the versions of `requirements.txt`, unless that was
 * done before.
 * @param venv folder of the virtual environment
 * @param from folder of `requirements.txt`
 * @returns the folder of its programs, or undefined where there is no python3, no venv or no network
 */
export async function installPython(venv: string, from: string): Promise<string | undefined> {
  const programs = join(venv, 'bin');
  const stamp = join(venv, 'installed-from');
  const requirements = join(from, 'requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  if ((await read(stamp)) === wanted) return programs;
  try {
    await run('python3', ['-m', 'venv', '--clear', venv]);
    await run(join(programs, 'pip'), ['install', '--quiet', '--requirement', requirements]);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) console.warn(`      ${requirements} could not be installed: ${error}`);
    return undefined;
  }
  await writeFile(stamp, wanted);
  return programs;
}
