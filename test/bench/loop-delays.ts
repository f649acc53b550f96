import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

/** The variable that names the file into which a service writes the delays of its event loop. */
export const DELAYS_FILE = 'BENCH_DELAYS';

/** Milliseconds by which a service's event loop ran late. */
const DELAYS = z.object({ median: z.number(), p99: z.number(), max: z.number() });

export type Delays = z.output<typeof DELAYS>;

/** Environment of a service that measures its event loop. */
export function measuringLoop(path: string): NodeJS.ProcessEnv {
  const recorder = new URL('./record-loop.ts', import.meta.url);
  return { NODE_OPTIONS: `--import=${recorder}`, [DELAYS_FILE]: path };
}

/** Delays of a service's event loop while the work runs. */
export async function delaysDuring(pid: number, path: string, work: () => Promise<void>): Promise<Delays> {
  await rm(path, { force: true });
  process.kill(pid, 'SIGUSR2');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGUSR2');
  }
  while (!existsSync(path)) await setTimeout(10);
  await setTimeout(10);
  return DELAYS.parse(JSON.parse(await readFile(path, 'utf8')));
}
