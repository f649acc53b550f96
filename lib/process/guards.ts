import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isErrno } from '../runtime/errors.ts';
import { type Guards, OPEN_FILES } from './enclosures.ts';
import { onPath } from './path-search.ts';

const run = promisify(execFile);

/** The guards of this machine, with a sentence for each that is missing. */
export interface FoundGuards extends Guards {
  /** User that they run programs as; undefined: the one of this process. */
  user: number | undefined;
  warnings: readonly string[];
}

/** Rights by which another user reads the files of this process's user; a container may have the second alone. */
const RIGHTS = ['dac_read_search', 'dac_override'];

/**
 * Finds the programs of util-linux that limit others.
 * @param memory maximum bytes of address space in any use
 * @param user the user that programs shall run as; undefined: the one of this process
 */
export async function findGuards(
  path: string,
  memory: number,
  user: number | undefined,
): Promise<FoundGuards> {
  const limits = [`--as=${memory}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  const survivors = ['--pdeathsig', 'KILL'];
  const unprivileged = ['--no-new-privs', ...survivors];
  const others = user === undefined ? [] : RIGHTS.map((right) => ownUser(user, right));
  const options = [...others.map((other) => [...other, ...unprivileged]), unprivileged, survivors];
  const [prlimit, setpriv] = await Promise.all([
    working(onPath('prlimit', path), [limits]),
    working(onPath('setpriv', path), options),
  ]);
  return {
    prlimit: prlimit.words?.[0],
    setpriv: setpriv.words,
    user: setpriv.words?.includes('--reuid') ? user : undefined,
    warnings: [
      ...(prlimit.problem === undefined ? [] : [`prlimit ${prlimit.problem}: ${UNLIMITED}`]),
      ...(setpriv.problem === undefined ? [] : [`setpriv ${setpriv.problem}: ${SURVIVES}`]),
    ],
  };
}

const UNLIMITED =
  'conversions run without limits on memory, computing time and open files. It belongs to util-linux.';
const SURVIVES =
  'a conversion whose parent process is killed continues until it ends by itself. It belongs to util-linux, from 2.33 on.';

/** Options of setpriv for another user with one right. */
function ownUser(user: number, right: string): string[] {
  const only = `-all,+${right}`;
  return [
    ...['--reuid', String(user), '--regid', String(user), '--clear-groups'],
    ...['--inh-caps', only, '--ambient-caps', only, '--bounding-set', only],
  ];
}

/** The first program that works with its options, or the reason why there is none. */
type Working = { words: string[]; problem: undefined } | { words: undefined; problem: string };

/** Other systems have no such program, or one with fewer options. */
async function working(candidates: readonly string[], options: readonly string[][]): Promise<Working> {
  let problem = 'was not found';
  for (const path of candidates) {
    for (const words of options) {
      try {
        await run(path, [...words, 'true'], { timeout: 30_000 });
        return { words: [path, ...words], problem: undefined };
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) problem = `does not work here (${lastLine(error)})`;
      }
    }
  }
  return { words: undefined, problem };
}

/** The last line of an error, which has the words of the program. */
export function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').at(-1) ?? '';
}
