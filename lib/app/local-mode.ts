import { join } from 'node:path';
import type { Binaries } from '../audio/ffmpeg/binaries.ts';
import type { Config } from '../config/config.ts';
import { closeServer, listen } from '../http/guarded-server.ts';
import { createHttpServer } from '../http/server.ts';
import { AppError } from '../runtime/errors.ts';
import { tryLock } from '../runtime/file-lock.ts';
import type { Log } from '../runtime/log.ts';
import { makeFolder } from '../runtime/private-folder.ts';
import { createApp } from './app.ts';
import type { Surroundings } from './foundation.ts';
import { serveMetrics } from './metrics-server.ts';
import { createSite } from './targets.ts';
import { startTracing } from './traces.ts';
import { startWorker } from './worker.ts';

/** Holder of the leases in local mode: only one such process runs on a data folder. */
const WORKER = 'local';

export interface Served {
  url: string;
  /** The programs that convert. */
  binaries: Binaries;
  /** Hands back running conversions and ends everything, within 10 s. */
  close(): Promise<void>;
}

/**
 * Local mode: API, worker, queue and database in one process.
 * Throws `misconfigured` if the data folder or the port cannot be used, or ffmpeg is missing.
 */
export async function serveLocal(
  config: Config,
  log: Log,
  surroundings: Partial<Surroundings> = {},
): Promise<Served> {
  const folder = await claimFolder(config.data);
  const stopTracing = await startTracing(config, log, 'local');
  const app = createApp(config, log, WORKER, surroundings);
  const giveUp = () => app.closeNow();
  process.once('exit', giveUp);
  try {
    const { binaries } = await app.engine();
    await Promise.all([app.metrics(), app.callers.credential()]);
    const server = createHttpServer(await createSite(app), log);
    const url = await listen(server, config.port);
    const { leases, transfers } = await app.stores();
    await leases.releaseAll(WORKER);
    await transfers.handBackAll(WORKER);
    const stopWorking = await startWorker(app);
    const stopMetrics = await serveMetrics(config, log, app.metrics);
    return {
      url,
      binaries,
      async close() {
        await (await app.taskEvents.made())?.close();
        await Promise.all([closeServer(server), stopWorking(), stopMetrics()]);
        await app.close();
        await stopTracing();
        process.removeListener('exit', giveUp);
        folder.release();
      },
    };
  } catch (error) {
    await app.close();
    await stopTracing();
    folder.release();
    throw error;
  }
}

/** Holds a data folder alone. Throws `misconfigured` if another process does, or if it cannot be written to. */
export async function claimFolder(data: string) {
  try {
    await makeFolder(data);
    const held = tryLock(join(data, 'start.lock'), 'exclusive');
    if (held) return held;
  } catch (cause) {
    const sentence = `${data} can't be written to. TONEMILL_DATA must name a folder that can.`;
    throw new AppError('misconfigured', sentence, { cause });
  }
  const sentence = `Tonemill already runs on ${data}. Set TONEMILL_DATA and PORT to run another one.`;
  throw new AppError('misconfigured', sentence);
}
