import cluster from 'node:cluster';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { askForMetrics } from './cluster-metrics.ts';
import type { Foundation } from './foundation.ts';

/** Metrics of this process or, in a process of a cluster, of all of them. The library is loaded at the first call, which begins the counting. */
export function openMetrics({ stores, engine, sandbox }: Foundation): Lazy<Metrics> {
  return lazy(async () => {
    const { createMetrics } = await import('../telemetry/metrics.ts');
    const metrics = createMetrics({
      queue: async () => stores.value()?.queueState.read(),
      deliveries: async () => stores.value()?.queueState.deliveries(),
      pool: () => stores.value()?.pool(),
      sandbox: () => (engine.value()?.binaries.sandbox ?? sandbox.value())?.level,
    });
    if (!cluster.isWorker) return metrics;
    metrics.answerCluster();
    return { ...metrics, text: askForMetrics };
  });
}
