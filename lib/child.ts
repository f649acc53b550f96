import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Cage } from './binaries.ts';

/** Milliseconds from TERM to KILL. */
const GRACE = 2000;

/** Characters of stderr that are kept, the last ones. */
const STDERR = 8192;

/** What a program may use. */
export interface ResourceLimits {
  /** Bytes of address space. */
  memory: number;
  /** Seconds of CPU time. */
  cpu: number;
  /** Bytes of any one file that it writes. */
  file: number;
}

export interface Command {
  program: string;
  args: readonly string[];
  /** Its working folder, and the only variable of its environment. */
  cwd: string;
  path: string;
  limits: ResourceLimits;
  /** Stops the program: TERM, then KILL. */
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/** How a program ended by itself. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** Runs programs and knows which still run. */
export interface Children {
  /** Resolves when the program ended by itself; rejects with the signal's reason once it was stopped and is gone. */
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

function start(cage: Cage, { program, args, cwd, path, limits }: Command): ChildProcess {
  const [first = program, ...rest] = [...guards(cage, limits), program, ...args];
  return spawn(first, rest, { cwd, env: { PATH: path, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Each of these replaces itself by the next, so that the process id is the program's own. */
function guards({ prlimit, setpriv }: Cage, { memory, cpu, file }: ResourceLimits): string[] {
  const limited = [`--as=${memory}`, `--cpu=${cpu}`, `--fsize=${file}`, '--core=0'];
  return [...(setpriv ? [setpriv, '--pdeathsig', 'KILL'] : []), ...(prlimit ? [prlimit, ...limited] : [])];
}

async function watch(child: ChildProcess, { signal, onLine }: Command): Promise<Ending> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR);
  });
  if (child.stdout) createInterface({ input: child.stdout }).on('line', onLine);
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    kill = setTimeout(() => child.kill('SIGKILL'), GRACE);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await once(child, 'close');
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(kill);
  }
  signal.throwIfAborted();
  return { code: child.exitCode, signal: child.signalCode, stderr };
}
