import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { EmulatorPrograms } from './emulator-programs.ts';

/** Emulators that answer, started here or by another process. */
export interface Emulators {
  /** STORAGE_EMULATOR_HOST: a URL. */
  storage: string;
  /** PUBSUB_EMULATOR_HOST: `host:port`. */
  pubsub: string;
  /** Ends the emulators that were started here. */
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** Port of each emulator; a free one by default. */
  ports?: { storage: number; pubsub: number };
  /** A bucket whose finalized objects are published to a topic. */
  events?: { bucket: string; project: string; topic: string };
}

/** Emulators that run already, from the variables that every client library reads. */
export function runningEmulators(env: NodeJS.ProcessEnv): Partial<Emulators> {
  const { STORAGE_EMULATOR_HOST: storage, PUBSUB_EMULATOR_HOST: pubsub } = env;
  return { ...(storage && { storage }), ...(pubsub && { pubsub }) };
}

/**
 * Starts both emulators on loopback, except those that run already.
 * @param programs builds the programs, if one is needed; returns undefined if they can't be built
 * @param running emulators that are used as they are
 * @returns undefined if a needed program can't be built
 */
export async function startEmulators(
  programs: () => Promise<EmulatorPrograms | undefined>,
  { ports, events }: EmulatorOptions,
  running: Partial<Emulators>,
): Promise<Emulators | undefined> {
  const found = running.storage && running.pubsub ? NONE : await programs();
  if (!found) return undefined;
  const started: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map(end));
  };
  try {
    const pubsub = running.pubsub ?? (await startPubSub(found.pubsub, ports?.pubsub, started));
    const storage =
      running.storage ?? (await startStorage(found.storage, pubsub, { ports, events }, started));
    return { storage, pubsub, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const NONE: EmulatorPrograms = { storage: '', pubsub: '' };

async function startPubSub(
  program: string,
  port: number | undefined,
  started: ChildProcess[],
): Promise<string> {
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  await start(program, [address], {}, READY, started);
  return address;
}

async function startStorage(
  program: string,
  pubsub: string,
  { ports, events }: { ports: EmulatorOptions['ports']; events: EmulatorOptions['events'] },
  started: ChildProcess[],
): Promise<string> {
  const port = ports?.storage ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const place = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-external-url', url];
  const told = events ? ['-event.bucket', events.bucket, '-event.pubsub-project-id', events.project] : [];
  const topic = events ? ['-event.pubsub-topic', events.topic, '-event.list', 'finalize'] : [];
  const args = [...place, '-public-host', `127.0.0.1:${port}`, '-backend', 'memory', ...told, ...topic];
  await start(program, args, { PUBSUB_EMULATOR_HOST: pubsub }, READY, started);
  return url;
}

/** Both Go emulators print their first line when they are ready. */
const READY = /./;

/**
 * Starts another emulator.
 * @param ready the line that it prints when it is ready
 * @returns function that ends it
 */
export async function startAlone(
  program: string,
  args: string[],
  ready: RegExp,
): Promise<() => Promise<void>> {
  const started: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map(end));
  };
  try {
    await start(program, args, {}, ready, started);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function start(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  ready: RegExp,
  started: ChildProcess[],
): Promise<void> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  const lines: string[] = [];
  const said = Promise.withResolvers<void>();
  const failed = once(child, 'exit').then(() => {
    throw new Error(`${program} ended: ${lines.join('\n')}`);
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream] }).on('line', (line) => {
      lines.push(line);
      if (ready.test(line)) said.resolve();
    });
  }
  await Promise.race([said.promise, once(child, 'error').then(([error]) => Promise.reject(error)), failed]);
  failed.catch(() => undefined);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** The emulators can't report a port that the system chooses, so this function finds a free one first. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new TypeError('a listening server has an address');
  return address.port;
}
