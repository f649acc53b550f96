import type { Server } from 'node:http';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { tryLock } from './db/file-lock.ts';
import { AppError, isErrno } from './errors.ts';
import { makeFolder } from './folder.ts';
import type { Log } from './log.ts';
import { createSite } from './targets.ts';

/** Who holds the leases in local mode: only one such process runs on a data folder. */
const WORKER = 'local';

const SWEEP_MILLISECONDS = 60_000;

/** Sweeps between two looks for stray files. */
const STRAYS_EVERY = 60;

export interface Served {
  url: string;
  /** Hands back what runs and ends everything, within 10 s. */
  close(): Promise<void>;
}

/**
 * Local mode: API, worker, queue and database in one process.
 * Throws `misconfigured` where the data folder or the port can't be used, or ffmpeg is missing.
 */
export async function serveLocal(config: Config, log: Log): Promise<Served> {
  const folder = await claimFolder(config.data);
  const app = createApp(config, log, WORKER);
  const giveUp = () => app.closeNow();
  process.once('exit', giveUp);
  try {
    await app.engine();
    const server = createAdaptorServer({ fetch: createSite(app).fetch }) as Server;
    const url = await listen(server, config.port);
    const { leases, queue } = await app.stores();
    await leases.releaseAll(WORKER);
    await app.workspaces.clearDead();
    const conversions = await app.conversions();
    await queue.consume((bell) => conversions.handle(bell), config.conversions);
    const stopSweeping = await sweepRegularly(app, log);
    return {
      url,
      async close() {
        stopSweeping();
        await Promise.all([closeServer(server), app.close()]);
        process.removeListener('exit', giveUp);
        folder.release();
      },
    };
  } catch (error) {
    await app.close();
    folder.release();
    throw error;
  }
}

async function claimFolder(data: string) {
  try {
    await makeFolder(data);
    const held = tryLock(join(data, 'start.lock'), 'exclusive');
    if (held) return held;
  } catch (cause) {
    const sentence = `${data} can't be written to. TONEMILL_DATA must name a folder that can.`;
    throw new AppError('misconfigured', sentence, { cause });
  }
  const sentence = `Tonemill already runs on ${data}. Set TONEMILL_DATA and PORT to run another beside it.`;
  throw new AppError('misconfigured', sentence);
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(isErrno(error, 'EADDRINUSE') ? occupied(port) : error));
    server.listen(port, () => {
      const address = server.address();
      resolve(`http://localhost:${typeof address === 'object' && address ? address.port : port}`);
    });
  });
}

function occupied(port: number): AppError {
  return new AppError(
    'misconfigured',
    `Port ${port} is in use. Set PORT to a free one, or to 0 to have one picked.`,
  );
}

/** Ends at most 3 s later: downloads that still run are cut, and can be resumed by range. */
async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), 3000);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
}

async function sweepRegularly({ sweep }: ReturnType<typeof createApp>, log: Log): Promise<() => void> {
  let count = 0;
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    try {
      await (await sweep()).run(count++ % STRAYS_EVERY === 0);
    } catch (error) {
      log.error('The sweep failed', { error });
    } finally {
      running = false;
    }
  };
  const timer = setInterval(run, SWEEP_MILLISECONDS);
  await run();
  return () => clearInterval(timer);
}
