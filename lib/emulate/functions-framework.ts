import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './emulator-processes.ts';

/** One function as its own process of functions-framework. */
export interface RunningFunction {
  url: string;
  stop(): Promise<void>;
}

export interface FunctionOptions {
  /** Folder of a package.json whose `main` registers the function; its own functions-framework runs it. */
  source: string;
  target: string;
  env: NodeJS.ProcessEnv;
  /** Destination of its log; by default only errors are shown. */
  stdout?: 'inherit' | 'ignore';
}

/** Milliseconds between two checks whether it listens: with NODE_ENV=production, it prints nothing. */
const LOOK = 5;

export async function startFunction(options: FunctionOptions): Promise<RunningFunction> {
  const { source, target, env, stdout = 'ignore' } = options;
  const port = await freePort();
  const program = createRequire(join(source, 'package.json')).resolve('@google-cloud/functions-framework');
  const args = [join(program, '..', 'main.js'), `--source=${source}`, `--target=${target}`, `--port=${port}`];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', stdout, 'inherit'] });
  await listening(child, port, target);
  return { url: `http://127.0.0.1:${port}`, stop: () => end(child) };
}

async function listening(child: ChildProcess, port: number, target: string): Promise<void> {
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the function ${target} did not start`);
    await setTimeout(LOOK);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
