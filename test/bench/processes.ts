import { readdir, readFile } from 'node:fs/promises';
import { isErrno } from '../../lib/runtime/errors.ts';

/** CPU seconds, in user and kernel mode, of the processes of a service since their start. */
export interface CpuTimes {
  /** The service's own processes: Node.js with its spawn helper, or gunicorn with its workers. */
  service: number;
  /** Programs that it runs, such as ffmpeg. */
  programs: number;
  /** PostgreSQL, and the broker of the first generation. */
  database: number;
}

interface Process {
  pid: number;
  parent: number;
  name: string;
  /** CPU seconds of the process itself. */
  own: number;
  /** CPU seconds of its children that have ended. */
  ended: number;
}

/** Clock ticks a second in /proc: fixed for programs, whatever the kernel uses (proc(5), sysconf(3)). */
const TICKS = 100;

const DATABASES = /^(postgres|redis)/;

/**
 * CPU times of process trees. Other work on the machine moves them far less than it moves elapsed time. The kernel rounds
 * the time of each process to 10 ms, so only sums over many requests mean something.
 * @param roots first processes; every child belongs to their service
 */
export async function cpuTimes(roots: readonly number[]): Promise<CpuTimes> {
  const tree = treeOf(await processes(), roots);
  const names = new Set(tree.filter(({ pid }) => roots.includes(pid)).map(({ name }) => name));
  const sum = { service: 0, programs: 0, database: 0 };
  for (const { name, own, ended } of tree) {
    if (DATABASES.test(name)) sum.database += own + ended;
    else if (names.has(name)) {
      sum.service += own;
      sum.programs += ended;
    } else sum.programs += own + ended;
  }
  return sum;
}

export function timesBetween(before: CpuTimes, after: CpuTimes): CpuTimes {
  return {
    service: after.service - before.service,
    programs: after.programs - before.programs,
    database: after.database - before.database,
  };
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(pids.map(processOf));
  return found.filter((one) => one !== undefined);
}

/** Fields 2, 4 and 14 to 17 of proc(5), `/proc/pid/stat`; the name may contain spaces and parentheses. */
async function processOf(pid: number): Promise<Process | undefined> {
  const stat = await read(`/proc/${pid}/stat`);
  const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(stat ?? '') ?? [];
  const fields = rest.split(' ').map(Number);
  const seconds = (index: number) => ((fields[index] ?? 0) + (fields[index + 1] ?? 0)) / TICKS;
  if (rest === '') return undefined;
  return { pid, parent: fields[1] ?? 0, name, own: seconds(11), ended: seconds(13) };
}

function treeOf(all: readonly Process[], roots: readonly number[]): Process[] {
  const tree = all.filter(({ pid }) => roots.includes(pid));
  for (const { pid } of tree) tree.push(...all.filter((one) => one.parent === pid && !tree.includes(one)));
  return tree;
}

/** Undefined if the process has ended. */
async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return undefined;
    throw error;
  }
}
