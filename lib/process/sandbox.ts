import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isErrno } from '../runtime/errors.ts';
import { onPath } from './path-search.ts';

const run = promisify(execFile);

/** Files and pipes that a program may have open; ffmpeg uses about ten. */
export const OPEN_FILES = 64;

/** Programs of this machine that limit another program; undefined if they are missing. */
export interface Sandbox {
  /** Sets resource limits (util-linux). */
  prlimit: string | undefined;
  /** Makes the kernel kill the program when its parent dies (util-linux). */
  setpriv: string | undefined;
  /** Sentences for the operator, one for each missing program. */
  warnings: readonly string[];
}

/**
 * Finds the programs that limit others.
 * @param memory maximum bytes of address space in any use: without privileges, a process can't give more than
 * its own hard limit
 */
export async function findSandbox(path: string, memory: number): Promise<Sandbox> {
  const limits = [`--as=${memory}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  const [prlimit, setpriv] = await Promise.all([
    working(onPath('prlimit', path), [...limits, 'true']),
    working(onPath('setpriv', path), ['--pdeathsig', 'KILL', 'true']),
  ]);
  return {
    prlimit: prlimit.path,
    setpriv: setpriv.path,
    warnings: [
      ...(prlimit.problem ? [`prlimit ${prlimit.problem}: ${UNLIMITED}`] : []),
      ...(setpriv.problem ? [`setpriv ${setpriv.problem}: ${SURVIVES}`] : []),
    ],
  };
}

const UNLIMITED =
  'conversions run without limits on memory, computing time and open files. It belongs to util-linux.';
const SURVIVES =
  'a conversion whose parent process is killed continues until it ends by itself. It belongs to util-linux, from 2.33 on.';

/** The first program that works, or the reason why there is none. */
type Trial = { path: string; problem: undefined } | { path: undefined; problem: string };

/** Other systems have no such program, or one with fewer options. */
async function working(candidates: readonly string[], trial: string[]): Promise<Trial> {
  let problem = 'was not found';
  for (const path of candidates) {
    try {
      await run(path, trial, { timeout: 5000 });
      return { path, problem: undefined };
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) problem = `does not work here (${lastLine(error)})`;
    }
  }
  return { path: undefined, problem };
}

function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').at(-1) ?? '';
}
