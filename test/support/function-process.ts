import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { isErrno } from '../../lib/runtime/errors.ts';
import { CREDENTIAL } from './cloud.ts';

const MAIN = 'node_modules/@google-cloud/functions-framework/build/src/main.js';

/** A function in a process of its own, under functions-framework, as Cloud Run starts it. */
export interface FunctionProcess {
  child: ChildProcess;
  /** Delivers a message; undefined where the process ends before it answers. */
  push(message: object): Promise<number | undefined>;
  /** Ids of the processes in which it runs a program. */
  children(program: string): Promise<number[]>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export async function startFunction(target: string, env: NodeJS.ProcessEnv): Promise<FunctionProcess> {
  const port = 20_000 + (process.pid % 10_000);
  const child = spawn(process.execPath, [MAIN, `--target=${target}`, `--port=${port}`], {
    env: { ...env, METADATA_SERVER_DETECTION: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const ready = Promise.withResolvers<void>();
  child.once('exit', () => ready.reject(new Error(`the function ended: ${lines.join('\n')}`)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('URL:')) ready.resolve();
  });
  await ready.promise;
  return {
    child,
    async push(message) {
      const data = Buffer.from(JSON.stringify(message)).toString('base64');
      const init = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Service-Credential': CREDENTIAL },
        body: JSON.stringify({ message: { data, messageId: '1' } }),
      };
      try {
        return (await fetch(`http://127.0.0.1:${port}/`, init)).status;
      } catch {
        return undefined;
      }
    },
    children: (program) => childrenOf(child.pid ?? 0, program),
    async kill(signal) {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** Waits until none of these processes is there any more. */
export async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) while (await isRunning(pid)) await setTimeout(20);
}

async function isRunning(pid: number): Promise<boolean> {
  const stat = await statOf(pid);
  return stat !== undefined && stat.state !== 'Z';
}

async function childrenOf(parent: number, program: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map(async (pid) => ({ pid, stat: await statOf(pid) })));
  return stats
    .filter(({ stat }) => stat?.parent === parent && stat.program === program)
    .map(({ pid }) => pid);
}

interface ProcessStat {
  state: string;
  parent: number;
  /** Its first 15 characters. */
  program: string;
}

/** Fields of `/proc/PID/stat` (proc(5)); the program's name may hold anything, so they are counted from its end. */
async function statOf(pid: number): Promise<ProcessStat | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const program = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    return { state, parent: Number(parent), program };
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return undefined;
    throw error;
  }
}
