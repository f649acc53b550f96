import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** `npm start` as a process of its own. */
export interface Program {
  pid: number;
  url: string;
  /** Sends a signal, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** How a process ended, and what it had printed. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** What `npm start` comes down to. */
const DIRECTLY: Command = [process.execPath, 'lib/cli/main.ts', 'start'];

/** A program and its arguments. */
type Command = readonly [program: string, ...args: string[]];

/** Starts the product with these variables and no others, and waits until it says that it is ready. */
export async function startProgram(
  env: NodeJS.ProcessEnv,
  options: SpawnOptions = {},
  command: Command = DIRECTLY,
): Promise<Program> {
  const child = run(env, options, command);
  const ended = collect(child);
  const url = await Promise.race([readyLine(child), ended]);
  if (typeof url !== 'string' || child.pid === undefined)
    throw new Error(`it ended: ${JSON.stringify(await ended)}`);
  return {
    pid: child.pid,
    url,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** The same where it should not come up: waits until it ends by itself. */
export function failingProgram(env: NodeJS.ProcessEnv, options: SpawnOptions = {}): Promise<Ended> {
  return collect(run(env, options, DIRECTLY));
}

function run(env: NodeJS.ProcessEnv, options: SpawnOptions, [program, ...args]: Command): ChildProcess {
  return spawn(program, args, {
    ...options,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function collect(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}

async function readyLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new TypeError('its output is not ours to read');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Tonemill is ready on (\S+)$/.exec(line)?.[1];
    if (url) return url;
  }
  return new Promise(() => undefined);
}
