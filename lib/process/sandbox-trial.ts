import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Enclose } from './enclosures.ts';
import { lastLine } from './guards.ts';
import { onPath } from './path-search.ts';
import { filesOf } from './program-files.ts';

const run = promisify(execFile);

/** A file that this process can read, and that no program is given. */
const SECRET = import.meta.filename;

/**
 * Runs the launcher in a sandbox, where it tries what the sandbox must stop.
 * @param forbidden words of the launcher's trial: `files`, `network`
 * @returns why the sandbox does not do; undefined if it does
 */
export async function tryLauncher(
  launcher: string,
  enclose: Enclose,
  memory: number,
  forbidden: readonly string[],
): Promise<string | undefined> {
  try {
    const output = await runInside(launcher, ['trial', SECRET], enclose, memory);
    const passed = output.split('\n').filter((word) => forbidden.includes(word));
    return passed.length === 0 ? undefined : `it does not stop ${passed.join(' and ')}`;
  } catch (error) {
    return lastLine(error);
  }
}

/** The same with a program that every system has, which can only read. */
export async function tryReading(
  path: string,
  enclose: Enclose,
  memory: number,
): Promise<string | undefined> {
  let problem = 'cat was not found';
  for (const cat of onPath('cat', path)) {
    try {
      await runInside(cat, ['/dev/null'], enclose, memory);
    } catch (error) {
      problem = lastLine(error);
      continue;
    }
    const read = await runInside(cat, [SECRET], enclose, memory).catch(() => '');
    return read === '' ? undefined : 'it does not stop files';
  }
  return problem;
}

/** Runs a program in a sandbox. Returns why it does not start; undefined if it does. */
export async function tryProgram(
  program: string,
  args: string[],
  enclose: Enclose,
  memory: number,
): Promise<string | undefined> {
  try {
    await runInside(program, args, enclose, memory);
    return undefined;
  } catch (error) {
    return lastLine(error);
  }
}

/** Milliseconds. A trial takes a few, but a machine may be busy: it must not end with a weaker sandbox therefore. */
const PATIENCE = 30_000;

async function runInside(program: string, args: string[], enclose: Enclose, memory: number): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'tonemill-trial-'));
  try {
    const limits = { memory, cpu: 10, file: 0 };
    const files = await filesOf(program);
    const [first = program, ...rest] = enclose({ program, args, cwd, limits, reads: [], writes: [], files });
    return (await run(first, rest, { cwd, env: {}, timeout: PATIENCE })).stdout;
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
