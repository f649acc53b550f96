import type { App } from './app.ts';
import { startTransfers } from './transfers.ts';

/** Milliseconds between two sweeps; with several workers, between two checks whether a sweep is due. */
const SWEEP = 60_000;

/**
 * Tasks in progress for each conversion at once, if this is the only worker: while one is converted, the previous result is
 * checked and stored, and the next original is probed. With several workers each takes only as many as it converts at once.
 */
const IN_HAND = 2;

/**
 * Converts tasks by their conversion messages, delivers to webhooks, and sweeps. Throws if the database, the queue or ffmpeg is missing.
 * @returns function that stops taking messages, and waits until running conversions are handed back
 */
export async function startWorker(app: App): Promise<() => Promise<void>> {
  const { queue } = await app.stores();
  const conversions = await app.conversions();
  await app.workspaces.clearDead();
  const { mode, conversions: width } = app.config;
  const inHand = mode === 'local' ? width * IN_HAND : width;
  const stopConsuming = await queue.consume((message) => conversions.handle(message), inHand);
  const onError = (error: unknown) => app.log.warn('Transfers could not be claimed', { error });
  const stopTransferring = startTransfers(await app.transfers(), app.transferPoll, onError);
  const stopDelivering = await (await app.deliveries()).start();
  const stopSweeping = await sweepRegularly(app);
  return async () => {
    stopSweeping();
    await Promise.all([stopConsuming(), conversions.stop(), stopTransferring(), stopDelivering()]);
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
