import { setTimeout as sleep } from 'node:timers/promises';
import { type ObservedDelivery, observations } from '../ports/observations.ts';
import type { ClaimedDelivery, DeliverySignals, PendingDeliveries, RunningTries } from '../ports/webhooks.ts';
import { type JobFetcher, startJobFetcher } from '../runtime/job-fetcher.ts';
import type { Log } from '../runtime/log.ts';
import { currentTraceparent } from '../runtime/traceparent.ts';
import { traced } from '../runtime/tracing.ts';
import { type EndedTry, type TryDependencies, tryOnce } from './one-try.ts';
import { pauseAfter, SCHEDULE } from './schedule.ts';

/** Limits on tries; times in milliseconds. */
export interface DeliveryOptions {
  /** For a whole try. */
  timeout: number;
  /** Tries at once: of a process, to one host, and for one user, so that no slow receiver delays the others. */
  atOnce: number;
  perHost: number;
  perUser: number;
  /** Seconds between two tries. */
  schedule: readonly number[];
  /** Between two looks for tries that are due. */
  poll: number;
  /** For running tries when the process stops; after that they are handed back. */
  patience: number;
}

export const DELIVERY_OPTIONS: DeliveryOptions = {
  timeout: 15_000,
  atOnce: 64,
  perHost: 4,
  perUser: 16,
  schedule: SCHEDULE,
  poll: 5000,
  patience: 3000,
};

/** Milliseconds for which a call that sends what is due waits for the next try of a delivery that just failed. */
const SOON = 10_000;

/** Seconds for which a claim is longer than a try. A try whose process died is made again after that. */
const CLAIM_MARGIN = 15;

export interface Deliveries {
  /**
   * Sends what is due, until the returned function is called. That function takes no more, waits a moment for running tries,
   * and hands the others back.
   */
  start(): Promise<() => Promise<void>>;
  /**
   * Sends what is due, and what is due again a few seconds after a try of this call. Returns the number of tries; begins none
   * after so many seconds.
   */
  sendDue(seconds: number): Promise<number>;
}

export interface DeliveriesDependencies extends Omit<TryDependencies, 'timeout'> {
  pending: PendingDeliveries;
  signals: DeliverySignals;
  log: Log;
  options: DeliveryOptions;
}

export function createDeliveries(parts: DeliveriesDependencies): Deliveries {
  const { pending, signals, log, options } = parts;
  const running = new Set<ClaimedDelivery>();
  const seconds = options.timeout / 1000 + CLAIM_MARGIN;

  const claim = async (all: number) => {
    const claimed = await pending.claim({ ...options, all }, runningTries(running), seconds);
    for (const one of claimed) running.add(one);
    return claimed;
  };
  const run = async (claimed: ClaimedDelivery, signal: AbortSignal) => {
    try {
      return await settle(parts, claimed, signal);
    } finally {
      running.delete(claimed);
    }
  };
  const onError = (error: unknown) => log.warn('Deliveries failed; they are tried again', { error });

  return {
    async start() {
      const stopping = new AbortController();
      const fetcher: JobFetcher = startJobFetcher({
        fetch: claim,
        // Another delivery to the same host may wait for this one.
        run: async (claimed) => {
          await run(claimed, stopping.signal).finally(() => fetcher.wake());
        },
        concurrency: options.atOnce,
        pollInterval: options.poll,
        onError,
      });
      const stopListening = await signals.listen(fetcher.wake);
      return async () => {
        const timer = setTimeout(() => stopping.abort(new HandedBack()), options.patience);
        await Promise.all([stopListening(), fetcher.stop()]);
        clearTimeout(timer);
      };
    },
    async sendDue(most) {
      const end = performance.now() + most * 1000;
      const { signal } = new AbortController();
      const tries = new Set<Promise<void>>();
      let count = 0;
      let again = Infinity;
      while (performance.now() < end) {
        const claimed = await claim(options.atOnce - tries.size);
        count += claimed.length;
        for (const one of claimed) {
          const tried = run(one, signal)
            .then((next) => {
              again = Math.min(again, performance.now() + (next ?? Infinity) * 1000);
            })
            .catch(onError)
            .finally(() => tries.delete(tried));
          tries.add(tried);
        }
        if (tries.size > 0) {
          await Promise.race(tries);
          continue;
        }
        const pause = again - performance.now();
        if (pause > SOON || again > end) break;
        again = Infinity;
        await sleep(Math.max(0, pause));
      }
      await Promise.all(tries);
      return count;
    },
  };
}

/** Reason of tries that the end of the process breaks off. */
class HandedBack extends Error {}

/**
 * Makes one try, and records its outcome. A try that broke off with the process is not counted.
 * @returns seconds until the next try; undefined without one
 */
async function settle(
  parts: DeliveriesDependencies,
  claimed: ClaimedDelivery,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { pending, log, options } = parts;
  const { id: deliveryId, webhookId, userId } = claimed;
  try {
    const ended = await tracedTry({ ...parts, timeout: options.timeout }, claimed, signal);
    const { retryAfter: _, ...outcome } = ended;
    const next = nextOf(ended, claimed.tries + 1, options.schedule);
    const disabled = await pending.record(claimed, outcome, next);
    observations.deliveries.publish({ outcome: outcomeOf(next) });
    log.info('Tried a delivery', { deliveryId, webhookId, userId, status: outcome.status, next });
    if (disabled) log.info('Disabled a webhook', { webhookId, userId, reason: disabled });
    return typeof next === 'number' ? next : undefined;
  } catch (error) {
    if (!(error instanceof HandedBack)) throw error;
    await pending.handBack(claimed);
    return undefined;
  }
}

/** The receiver gets the `traceparent` of the try, which belongs to the trace of the task. */
function tracedTry(parts: TryDependencies, claimed: ClaimedDelivery, signal: AbortSignal): Promise<EndedTry> {
  const attributes = { 'tonemill.webhook.id': claimed.webhookId, 'tonemill.delivery.id': claimed.id };
  const { traceparent: parent } = claimed;
  return traced('webhook', { kind: 'client', parent, attributes }, async (span) => {
    const ended = await tryOnce(parts, { ...claimed, traceparent: currentTraceparent() }, signal);
    if (ended.status === null) span.fail('no_answer');
    else span.set({ 'http.response.status_code': ended.status });
    return ended;
  });
}

/** @returns seconds until the next try, or how the delivery ends */
function nextOf({ status, retryAfter }: EndedTry, tries: number, schedule: readonly number[]) {
  if (status !== null && status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  return pauseAfter({ tries, status: status ?? undefined, retryAfter }, Math.random(), schedule) ?? 'failed';
}

function outcomeOf(next: ReturnType<typeof nextOf>): ObservedDelivery['outcome'] {
  return typeof next === 'number' ? 'again' : next;
}

function runningTries(running: ReadonlySet<ClaimedDelivery>): RunningTries {
  const hosts = new Map<string, number>();
  const users = new Map<number, number>();
  for (const { host, userId } of running) {
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
    users.set(userId, (users.get(userId) ?? 0) + 1);
  }
  return { hosts: Object.fromEntries(hosts), users: Object.fromEntries(users) };
}
