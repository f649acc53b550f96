import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isErrno } from '../runtime/errors.ts';
import { OPEN_FILES, type Sandbox } from './sandbox.ts';
import type { Exit, SpawnedProgram, Spawner } from './spawner.ts';

/** Milliseconds from TERM to KILL. The output of a stopped program is discarded, so it needs no more time. */
const GRACE = 500;

/** Maximum characters of stderr that are kept: the last ones. */
const STDERR = 8192;

/** Limits of one program. */
export interface ResourceLimits {
  /** Bytes of address space. */
  memory: number;
  /** Seconds of CPU time. */
  cpu: number;
  /** Bytes of each file that it writes. */
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
  /** Its standard input; undefined: empty. */
  stdin?: Readable | undefined;
  /** Maximum characters of stderr that are kept: the last ones; 8192 if undefined. */
  stderrCharacters?: number | undefined;
  /** Readers of its standard output, and then of the pipes from 3 on. */
  readers: readonly PipeReader[];
}

/** How a program ended by itself. */
export interface Ending extends Exit {
  stderr: string;
}

/** Runs programs under limits. */
export interface Children {
  /**
   * Resolves when the program has ended by itself and its output is read. Rejects with the signal's reason, or with the
   * error of a reader or of the standard input, after the program has been stopped.
   */
  run(command: Command): Promise<Ending>;
}

/**
 * @param spawner starts programs
 * @param sandbox programs of this machine that enforce the limits
 */
export function createChildren(spawner: Spawner, sandbox: Sandbox): Children {
  return {
    async run(command) {
      const { program, args, cwd, path, limits, signal, stdin, readers } = command;
      signal.throwIfAborted();
      const [first = program, ...rest] = [...guards(sandbox, limits), program, ...args];
      const env = { PATH: path, LC_ALL: 'C' };
      const outputs = readers.length + 1;
      const child = await spawner.start({
        program: first,
        args: rest,
        cwd,
        env,
        fed: stdin !== undefined,
        outputs,
      });
      return watch(child, command);
    },
  };
}

/** A reader that passes on every line. */
export function eachLine(onLine: (line: string) => void): PipeReader {
  return async (pipe) => {
    await once(createInterface({ input: pipe }).on('line', onLine), 'close');
  };
}

/** Each of these replaces itself by the next, so that the process id is the program's own. */
function guards({ prlimit, setpriv }: Sandbox, { memory, cpu, file }: ResourceLimits): string[] {
  const limited = [`--as=${memory}`, `--cpu=${cpu}`, `--fsize=${file}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  return [...(setpriv ? [setpriv, '--pdeathsig', 'KILL'] : []), ...(prlimit ? [prlimit, ...limited] : [])];
}

async function watch(
  child: SpawnedProgram,
  { signal, stdin, readers, stderrCharacters = STDERR }: Command,
): Promise<Ending> {
  const [output, errors, ...further] = child.outputs;
  let stderr = '';
  const readErrors: PipeReader = async (pipe) => {
    for await (const text of pipe.setEncoding('utf8')) stderr = (stderr + text).slice(-stderrCharacters);
  };
  const broken = new AbortController();
  const pipes = [output, ...further];
  const work = [
    ...readers.map((read, index) => readPipe(pipes[index], read)),
    readPipe(errors, readErrors),
    feed(child, stdin),
  ];
  for (const part of work) part.catch((reason: unknown) => broken.abort(reason));
  const exit = await ended(child, AbortSignal.any([signal, broken.signal]));
  child.stdin?.destroy();
  if (signal.aborted) {
    // A reader may wait for a storage that hangs; its data is no longer needed.
    for (const pipe of child.outputs) pipe.destroy();
    throw signal.reason;
  }
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return { ...exit, stderr };
}

async function readPipe(pipe: Readable | undefined, read: PipeReader): Promise<void> {
  if (!pipe) throw new TypeError('there are more readers than pipes');
  try {
    await read(pipe);
  } finally {
    pipe.destroy();
  }
}

/** Codes by which Node.js reports that a program has closed its input, before or while it is fed. */
const ENDED_INPUT = ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE', 'ECONNRESET'];

/** A program may close its input before the end: that is no error of the input. */
async function feed({ stdin: sink }: SpawnedProgram, stdin: Readable | undefined): Promise<void> {
  if (!stdin || !sink) return;
  try {
    await pipeline(stdin, sink);
  } catch (error) {
    if (!ENDED_INPUT.some((code) => isErrno(error, code))) throw error;
  } finally {
    stdin.destroy();
  }
}

/** Waits until the program has ended; stops it when the signal aborts. */
async function ended(child: SpawnedProgram, signal: AbortSignal): Promise<Exit> {
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    kill = setTimeout(() => child.kill('SIGKILL'), GRACE);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await child.ended;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(kill);
  }
}
