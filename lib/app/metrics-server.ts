import type { Config } from '../config/config.ts';
import { closeServer, listen } from '../http/guarded-server.ts';
import { createHttp } from '../http/router.ts';
import { createHttpServer } from '../http/server.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

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
  const { metricsRoutes } = await import('../http/routes/metrics.ts');
  const http = createHttp(log);
  http.route('/', metricsRoutes(text));
  const server = createHttpServer(http, log);
  const url = await listen(server, port, host);
  log.info('Metrics are served', { url: `${url}/metrics` });
  return () => closeServer(server);
}
