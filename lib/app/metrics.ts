import cluster from 'node:cluster';
import type { Config } from '../config/config.ts';
import { closeServer, listen } from '../http/guarded-server.ts';
import { createHttp } from '../http/router.ts';
import { metricsRoutes } from '../http/routes/metrics.ts';
import { createHttpServer } from '../http/server.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { askForMetrics } from './cluster-metrics.ts';
import type { Foundation } from './foundation.ts';

/** Metrics of this process or, in a process of a cluster, of all of them. The library is loaded at the first call, which begins the counting. */
export function openMetrics({ stores, engine, sandbox }: Foundation): Lazy<Metrics> {
  return lazy(async () => {
    const { createMetrics } = await import('../telemetry/metrics.ts');
    const metrics = createMetrics({
      queue: async () => stores.value()?.queueState.read(),
      pool: () => stores.value()?.pool(),
      sandbox: () => (engine.value()?.binaries.sandbox ?? sandbox.value())?.level,
    });
    if (!cluster.isWorker) return metrics;
    metrics.answerCluster();
    return { ...metrics, text: askForMetrics };
  });
}

/**
 * Serves metrics on a port of their own, without a credential, if the configuration names one.
 * @param metrics makes them, which begins the counting
 * @returns function that ends it. Throws `misconfigured` if the port is in use.
 */
export async function serveMetrics(
  config: Config,
  log: Log,
  metrics: () => Promise<Pick<Metrics, 'text'>>,
): Promise<() => Promise<void>> {
  const { port, host } = config.metrics;
  if (port === undefined) return async () => undefined;
  const { text } = await metrics();
  const http = createHttp(log);
  http.route('/', metricsRoutes(text));
  const server = createHttpServer(http, log);
  const url = await listen(server, port, host);
  log.info('Metrics are served', { url: `${url}/metrics` });
  return () => closeServer(server);
}
