import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { shareMetrics } from './cluster-metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { type Running, serveApi } from './vm-mode.ts';

/** Milliseconds until a process that ended by itself is replaced. */
const PAUSE = 1000;

/**
 * The API on several processes of one machine, which share its port. The first process only starts the others, and replaces one
 * that dies. They accept connections themselves: handed over one by one, the last of 750 that came at once waited 3 s. With
 * `API_PROCESSES=1` the process serves itself. Throws `misconfigured` with the sentence of a process that cannot start.
 */
export async function serveApiProcesses(config: Config, log: Log): Promise<Running> {
  if (cluster.isWorker || config.apiProcesses === 1) return serveApi(config, log);
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const text = shareMetrics();
  const stopMetrics = await serveMetrics(config, log, async () => ({ text }));
  const running = new Set<Worker>();
  let stopping = false;

  const start = async (): Promise<string> => {
    const worker = cluster.fork();
    running.add(worker);
    worker.once('exit', () => running.delete(worker));
    const sentence = await readySentence(worker);
    worker.once('exit', (code, signal) => {
      if (stopping) return;
      log.warn('A process of the API ended; another one replaces it', { code, signal });
      void replace();
    });
    return sentence;
  };
  const replace = async () => {
    await setTimeout(PAUSE);
    if (stopping) return;
    await start().catch((error: unknown) => {
      log.error('A process of the API could not be replaced', { error });
      return replace();
    });
  };
  const close = async () => {
    stopping = true;
    const ended = [...running].map((worker) => once(worker, 'exit'));
    for (const worker of running) worker.process.kill('SIGTERM');
    await Promise.all([...ended, stopMetrics()]);
  };

  try {
    const [sentence = ''] = await Promise.all(Array.from({ length: config.apiProcesses }, start));
    return { sentence, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const REPORT = z.union([z.object({ ready: z.string() }), z.object({ failed: z.string() })]);

/** Tells the first process that this one is ready, or why it could not start; false if there is no first process. */
export function report(said: z.output<typeof REPORT>): boolean {
  return cluster.isWorker && process.send?.(said) === true;
}

async function readySentence(worker: Worker): Promise<string> {
  const ended = once(worker, 'exit').then(() => ({ failed: 'A process of the API could not start.' }));
  const found = await Promise.race([reportOf(worker), ended]);
  if ('ready' in found) return found.ready;
  throw new AppError('misconfigured', found.failed);
}

/** The first message of a process that is a report; it may answer a question for metrics before. */
function reportOf(worker: Worker): Promise<z.output<typeof REPORT>> {
  return new Promise((resolve) => {
    worker.on('message', function onMessage(message: unknown) {
      const said = REPORT.safeParse(message);
      if (!said.success) return;
      worker.off('message', onMessage);
      resolve(said.data);
    });
  });
}
