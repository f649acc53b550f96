import type { App } from './app.ts';

/** Milliseconds between two sweeps; with several workers, between two looks whether it is this one's turn. */
const SWEEP = 60_000;

/**
 * Tasks in hand for each conversion that may run, where this is the only worker: while one is converted, the last is checked
 * and stored, and the next claimed and probed. Of several workers each takes only what it converts at once.
 */
const IN_HAND = 2;

/**
 * Converts what messages enqueue for, and sweeps. Throws where database, queue or ffmpeg are missing.
 * @returns stops taking messages, hands back what runs, and waits until it is handed back
 */
export async function startWorker(app: App): Promise<() => Promise<void>> {
  const { queue } = await app.stores();
  const conversions = await app.conversions();
  await app.workspaces.clearDead();
  const { mode, conversions: width } = app.config;
  const inHand = mode === 'local' ? width * IN_HAND : width;
  const stopConsuming = await queue.consume((message) => conversions.handle(message), inHand);
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
      await (await sweep()).runIfDue();
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
