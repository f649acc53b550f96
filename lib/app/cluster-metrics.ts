import cluster, { type Worker } from 'node:cluster';
import { z } from 'zod';
import { AppError } from '../runtime/errors.ts';
import { lazy } from '../runtime/lazy.ts';

/** Asks the first process for the metrics of all. */
const QUESTION = z.object({ metricsAsked: z.int() });

/** Its answer; null if a process did not answer in time. */
const ANSWER = z.object({ metricsTold: z.int(), text: z.string().nullable() });

/** Milliseconds; the first process waits 5 s for the others. */
const PATIENCE = 6000;

/**
 * In the first process of a cluster: adds up the metrics of the processes that share its port, for each of them that asks.
 * @returns text of the metrics of all
 */
export function shareMetrics(): () => Promise<string> {
  const all = lazy(async () => (await import('../telemetry/metrics.ts')).createClusterMetrics());
  const text = async () => (await all())();
  cluster.on('message', (worker: Worker, message: unknown) => {
    const asked = QUESTION.safeParse(message);
    if (asked.success) void tell(worker, asked.data.metricsAsked, text);
  });
  return text;
}

async function tell(worker: Worker, id: number, text: () => Promise<string>): Promise<void> {
  const told = await text().catch(() => null);
  if (worker.isConnected()) worker.send({ metricsTold: id, text: told });
}

let asked = 0;

/** In a process of a cluster: the metrics of all. Throws `unavailable` if they do not come in time. */
export async function askForMetrics(): Promise<string> {
  const id = ++asked;
  const told = Promise.withResolvers<string | null>();
  const onMessage = (message: unknown) => {
    const answer = ANSWER.safeParse(message);
    if (answer.success && answer.data.metricsTold === id) told.resolve(answer.data.text);
  };
  const timer = setTimeout(() => told.resolve(null), PATIENCE);
  process.on('message', onMessage);
  process.send?.({ metricsAsked: id });
  const text = await told.promise;
  process.off('message', onMessage);
  clearTimeout(timer);
  if (text === null) throw new AppError('unavailable', 'A process of the API does not answer. Try again.');
  return text;
}
