import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** A program to start. */
export interface SpawnRequest {
  program: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Whether its standard input is a pipe; otherwise it is empty. */
  fed: boolean;
  /** Number of pipes that it writes to: standard output, stderr, and those from 3 on. */
  outputs: number;
}

/** A running program. */
export interface SpawnedProgram {
  stdin: Writable | null;
  outputs: readonly Readable[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the program has ended; rejects if its end cannot be observed. */
  ended: Promise<Exit>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Starts programs. */
export interface Spawner {
  /** Rejects if there is no such program. */
  start(launch: SpawnRequest): Promise<SpawnedProgram>;
  /** Kills all running programs at once. */
  close(): void;
}

/** Starts programs from this process. */
export function createSpawner(): Spawner {
  const running = new Set<ChildProcess>();
  return {
    async start({ program, args, cwd, env, fed, outputs }) {
      const pipes = Array.from({ length: outputs }, () => 'pipe' as const);
      const child = spawn(program, args, { cwd, env, stdio: [fed ? 'pipe' : 'ignore', ...pipes] });
      running.add(child);
      child.once('exit', () => running.delete(child)).once('error', () => running.delete(child));
      await once(child, 'spawn');
      const ended = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }));
      return {
        stdin: child.stdin,
        outputs: child.stdio.slice(1).filter((stream): stream is Readable => stream !== null),
        kill: (signal) => child.kill(signal),
        ended,
      };
    },
    close() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}
