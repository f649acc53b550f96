import type { App } from './app.ts';

/** Milliseconds between two sweeps; with several workers, between two looks whether it is this one's turn. */
const SWEEP = 60_000;

/**
 * Converts what bells ring for, and sweeps. Throws where database, queue or ffmpeg are missing.
 * @returns stops taking bells, hands back what runs, and waits until it is handed back
 */
export async function startWorker(app: App): Promise<() => Promise<void>> {
  const { queue } = await app.stores();
  const conversions = await app.conversions();
  await app.workspaces.clearDead();
  const stopConsuming = await queue.consume((bell) => conversions.handle(bell), app.config.conversions);
  const stopSweeping = await sweepRegularly(app);
  return async () => {
    stopSweeping();
    await Promise.all([stopConsuming(), conversions.stop()]);
  };
}

async function sweepRegularly({ sweep, log }: App): Promise<() => void> {
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    try {
      await (await sweep()).inTurn();
    } catch (error) {
      log.error('The sweep failed', { error });
    } finally {
      running = false;
    }
  };
  const timer = setInterval(run, SWEEP);
  await run();
  return () => clearInterval(timer);
}
