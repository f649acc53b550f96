import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../config/config.ts';
import { closeServer, listen } from '../http/guarded-server.ts';
import { createHttpServer } from '../http/server.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { type App, createApp } from './app.ts';
import { serveMetrics } from './metrics-server.ts';
import { createSite } from './targets.ts';
import { startTracing } from './traces.ts';
import { startWorker } from './worker.ts';

/** A process of vm mode while it runs. */
export interface Running {
  /** One line for the operator. */
  sentence: string;
  /** Ends requests, hands back conversions, closes everything, within 10 s. */
  close(): Promise<void>;
}

/** The API process: any number of them on one share and one database; converts nothing. */
export async function serveApi(config: Config, log: Log): Promise<Running> {
  mustShareSecrets(config);
  return running(config, log, 'api', async (app) => {
    await app.stores();
    await app.metrics();
    const server = createHttpServer(await createSite(app), log);
    const url = await listen(server, config.port);
    // Of several processes that share a port, the first one serves the metrics of all.
    const stopMetrics = cluster.isWorker
      ? async () => undefined
      : await serveMetrics(config, log, app.metrics);
    const stop = async () => {
      await (await app.taskEvents.made())?.close();
      await Promise.all([closeServer(server), stopMetrics()]);
    };
    return { sentence: `Tonemill is ready on ${url}`, stop };
  });
}

/** The worker process: any number of them as well. Its leases expire when it is killed. */
export function serveWorker(config: Config, log: Log): Promise<Running> {
  return running(config, log, 'worker', async (app) => {
    const stopMetrics = await serveMetrics(config, log, app.metrics);
    const stopWorking = await startWorker(app);
    const stop = async () => {
      await Promise.all([stopWorking(), stopMetrics()]);
    };
    return { sentence: 'Tonemill converts', stop };
  });
}

async function running(
  config: Config,
  log: Log,
  role: 'api' | 'worker',
  start: (app: App) => Promise<{ sentence: string; stop: () => Promise<void> }>,
): Promise<Running> {
  const stopTracing = await startTracing(config, log, role);
  const app = createApp(config, log, `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`);
  const giveUp = () => app.closeNow();
  process.once('exit', giveUp);
  try {
    await app.checkStorage();
    await app.engine();
    await app.workspaces.clearDead();
    const { sentence, stop } = await start(app);
    return {
      sentence,
      async close() {
        await stop();
        await app.close();
        await stopTracing();
        process.removeListener('exit', giveUp);
      },
    };
  } catch (error) {
    await app.close();
    await stopTracing();
    throw error;
  }
}

/** Other processes would refuse tokens and callers of a process that has its own key or credential. */
function mustShareSecrets({ jwtPrivateKeys, serviceCredential }: Config): void {
  const missing = [
    ...(jwtPrivateKeys === undefined ? ['JWT_PRIVATE_KEYS'] : []),
    ...(serviceCredential === undefined ? ['SERVICE_CREDENTIAL'] : []),
  ];
  if (missing.length === 0) return;
  const sentence = `${missing.join(' and ')} must be set, to the same for every API process. npm run new-secrets prints some.`;
  throw new AppError('misconfigured', sentence);
}
