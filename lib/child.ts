import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Cage } from './binaries.ts';
import { isErrno } from './errors.ts';

/** Milliseconds from TERM to KILL. What a stopped program wrote is thrown away, so it needs no longer. */
const GRACE = 500;

/** Characters of stderr that are kept, the last ones. */
const STDERR = 8192;

/** Files and pipes that a program may have open; ffmpeg takes about ten. */
const OPEN_FILES = 64;

/** What a program may use. */
export interface ResourceLimits {
  /** Bytes of address space. */
  memory: number;
  /** Seconds of CPU time. */
  cpu: number;
  /** Bytes of any one file that it writes. */
  file: number;
}

/** Reads all that a program writes to one of its pipes; when it fails, the program is stopped. */
export type PipeReader = (pipe: Readable) => Promise<unknown>;

export interface Command {
  program: string;
  args: readonly string[];
  /** Its working folder: private, and empty. */
  cwd: string;
  /** The only variable of its environment, besides the locale. */
  path: string;
  limits: ResourceLimits;
  /** Stops the program: TERM, then KILL. */
  signal: AbortSignal;
  /** What it reads from standard input; nothing where undefined. */
  stdin?: Readable | undefined;
  /** Who reads its standard output, and then the pipes from 3 on. */
  readers: readonly PipeReader[];
}

/** How a program ended by itself. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** Runs programs and knows which still run. */
export interface Children {
  /**
   * Resolves when the program ended by itself and all it wrote was read; rejects with the signal's reason, or with what
   * a reader or the standard input failed with, once the program is stopped and gone.
   */
  run(command: Command): Promise<Ending>;
  /** Kills all at once, for a process's exit handler. */
  killAll(): void;
}

/** @param cage what holds a program within its limits on this machine */
export function createChildren(cage: Cage): Children {
  const running = new Set<ChildProcess>();
  return {
    async run(command) {
      command.signal.throwIfAborted();
      const child = start(cage, command);
      running.add(child);
      try {
        return await watch(child, command);
      } finally {
        running.delete(child);
      }
    },
    killAll() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

/** A reader that hands on every line. */
export function eachLine(onLine: (line: string) => void): PipeReader {
  return async (pipe) => {
    await once(createInterface({ input: pipe }).on('line', onLine), 'close');
  };
}

function start(cage: Cage, { program, args, cwd, path, limits, stdin, readers }: Command): ChildProcess {
  const [first = program, ...rest] = [...guards(cage, limits), program, ...args];
  const further = readers.slice(1).map(() => 'pipe' as const);
  const stdio = [
    stdin ? ('pipe' as const) : ('ignore' as const),
    'pipe' as const,
    'pipe' as const,
    ...further,
  ];
  return spawn(first, rest, { cwd, env: { PATH: path, LC_ALL: 'C' }, stdio });
}

/** Each of these replaces itself by the next, so that the process id is the program's own. */
function guards({ prlimit, setpriv }: Cage, { memory, cpu, file }: ResourceLimits): string[] {
  const limited = [`--as=${memory}`, `--cpu=${cpu}`, `--fsize=${file}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  return [...(setpriv ? [setpriv, '--pdeathsig', 'KILL'] : []), ...(prlimit ? [prlimit, ...limited] : [])];
}

async function watch(child: ChildProcess, { signal, stdin, readers }: Command): Promise<Ending> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR);
  });
  const broken = new AbortController();
  const work = [...readers.map((read, index) => readPipe(child, index, read)), feed(child, stdin)];
  for (const part of work) part.catch((reason: unknown) => broken.abort(reason));
  await ended(child, AbortSignal.any([signal, broken.signal]));
  const results = await Promise.allSettled(work);
  signal.throwIfAborted();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return { code: child.exitCode, signal: child.signalCode, stderr };
}

async function readPipe(child: ChildProcess, index: number, read: PipeReader): Promise<void> {
  const pipe = child.stdio[index === 0 ? 1 : index + 2];
  if (!(pipe instanceof Readable)) throw new TypeError(`the program has no pipe for reader ${index}`);
  try {
    await read(pipe);
  } catch (error) {
    pipe.destroy();
    throw error;
  }
}

/** A program may have read enough before the end: that is no failure of what feeds it. */
async function feed(child: ChildProcess, stdin: Readable | undefined): Promise<void> {
  if (!stdin || !(child.stdin instanceof Writable)) return;
  try {
    await pipeline(stdin, child.stdin);
  } catch (error) {
    if (
      !isErrno(error, 'EPIPE') &&
      !isErrno(error, 'ERR_STREAM_PREMATURE_CLOSE') &&
      !isErrno(error, 'ECONNRESET')
    ) {
      throw error;
    }
  }
}

/** Waits until the program is gone and its pipes are closed; stops it when the signal says so. */
async function ended(child: ChildProcess, signal: AbortSignal): Promise<void> {
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    kill = setTimeout(() => child.kill('SIGKILL'), GRACE);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await once(child, 'close');
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(kill);
  }
}
