import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isErrno } from '../runtime/errors.ts';
import { mark } from '../runtime/marks.ts';
import { traced } from '../runtime/tracing.ts';
import type { ResourceLimits } from './enclosures.ts';
import { lendingFiles } from './lent-files.ts';
import { findProgram } from './path-search.ts';
import { filesOf } from './program-files.ts';
import type { Sandbox } from './sandbox.ts';
import type { Exit, SpawnedProgram, Spawner } from './spawner.ts';

/** Milliseconds from TERM to KILL. The output of a stopped program is discarded, so it needs no more time. */
const GRACE = 500;

/** Maximum characters of stderr that are kept: the last ones. */
const STDERR = 8192;

/** Reads all that a program writes to one of its pipes; when it fails, the program is stopped. */
export type PipeReader = (pipe: Readable) => Promise<unknown>;

export interface Command {
  program: string;
  args: readonly string[];
  /** Its working folder: private, and empty. */
  cwd: string;
  /** The only variable of its environment, besides the locale. */
  path: string;
  /** Absolute paths of the files that it reads; it can read no other, if the sandbox stops files. */
  reads: readonly string[];
  /** Absolute paths of the files that it writes. */
  writes: readonly string[];
  limits: ResourceLimits;
  /** Stops the program: TERM, then KILL. */
  signal: AbortSignal;
  /** Its standard input; undefined: empty. */
  stdin?: Readable | undefined;
  /** Maximum characters of stderr that are kept: the last ones; 8192 if undefined. */
  stderrCharacters?: number | undefined;
  /**
   * Receives each line of stderr, cut to 4096 characters; `Ending.stderr` has only the lines for which it returns true.
   * Undefined: all text stays as it is.
   */
  onErrorLine?: ((line: string) => boolean) | undefined;
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
 * @param sandbox confines them
 */
export function createChildren(spawner: Spawner, sandbox: Sandbox): Children {
  const start = async (command: Command) => {
    const { cwd, path, writes, signal, stdin, readers } = command;
    signal.throwIfAborted();
    const program = findProgram(command.program, path);
    const files = await filesOf(program);
    const [first = program, ...rest] = sandbox.enclose({ ...command, program, files });
    const env = { PATH: path, LC_ALL: 'C' };
    const outputs = readers.length + 1;
    return lendingFiles(writes, sandbox.user, async () => {
      const child = await spawner.start({
        program: first,
        args: rest,
        cwd,
        env,
        fed: stdin !== undefined,
        outputs,
      });
      mark('spawned', program);
      return watch(child, command);
    });
  };
  return {
    run: (command) =>
      traced(basename(command.program), {}, async (span) => {
        const ending = await start(command);
        span.set({ 'process.exit.code': ending.code ?? -1 });
        if (ending.code !== 0) span.fail(ending.signal ?? 'exit_code');
        return ending;
      }),
  };
}

/** A reader that passes on every line. */
export function eachLine(onLine: (line: string) => void): PipeReader {
  return async (pipe) => {
    await once(createInterface({ input: pipe }).on('line', onLine), 'close');
  };
}

/** Maximum characters of a line of stderr: a hostile file can make one of megabytes. */
const LINE = 4096;

/** A reader that passes on the beginning of every line. */
function eachShortLine(onLine: (line: string) => void): PipeReader {
  return async (pipe) => {
    let rest = '';
    for await (const text of pipe.setEncoding('utf8')) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop()?.slice(0, LINE) ?? '';
      for (const line of lines) onLine(line.slice(0, LINE));
    }
    if (rest !== '') onLine(rest);
  };
}

async function watch(
  child: SpawnedProgram,
  { program, signal, stdin, readers, stderrCharacters = STDERR, onErrorLine }: Command,
): Promise<Ending> {
  const [output, errors, ...further] = child.outputs;
  let stderr = '';
  const keep = (text: string) => {
    stderr = (stderr + text).slice(-stderrCharacters);
  };
  const readErrors: PipeReader = onErrorLine
    ? eachShortLine((line) => onErrorLine(line) && keep(`${line}\n`))
    : async (pipe) => {
        for await (const text of pipe.setEncoding('utf8')) keep(text);
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
  mark('exited', program);
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
  // A program that ends with input unread resets the pipe as well, after the pipeline has told that it closed.
  sink.on('error', () => undefined);
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
