import type { Registry } from 'prom-client';
import type { PoolState } from '../ports/pool-state.ts';
import type { QueueState, WaitingDeliveries } from '../ports/queue-state.ts';
import { sharedRun } from '../runtime/shared-run.ts';
import { Gauge } from './prom-client.ts';

/** What is asked at each scrape; undefined for what this process does not have, or has not opened. */
export interface GaugeSources {
  /** Throws if the database does not answer. */
  queue(): Promise<QueueState | undefined>;
  /** Throws if the database does not answer. */
  deliveries(): Promise<WaitingDeliveries | undefined>;
  pool(): PoolState | undefined;
  /** Name of the level. */
  sandbox(): string | undefined;
}

/** Adds the metrics of the present state. Those of the database are the same in every process, so that a sum counts them doubly. */
export function addGauges(registry: Registry, sources: GaugeSources): void {
  addQueue(registry, sources);
  addDeliveries(registry, sources);
  addPool(registry, sources);
  const level = new Gauge({
    name: 'tonemill_sandbox_info',
    help: 'What confines ffmpeg in this process, as label; always 1.',
    labelNames: ['level'],
    aggregator: 'max',
    registers: [registry],
    collect() {
      const found = sources.sandbox();
      if (found !== undefined) level.set({ level: found }, 1);
    },
  });
}

/** One query fills all of these gauges, which a scrape reads at once. */
function addQueue(registry: Registry, sources: GaugeSources): void {
  const shared = { collect: () => refresh(), aggregator: 'max' as const, registers: [registry] };
  const depth = new Gauge({
    name: 'tonemill_queue_depth',
    help: 'Tasks of which a conversion message waits in the queue.',
    ...shared,
  });
  const oldest = new Gauge({
    name: 'tonemill_queue_oldest_age_seconds',
    help: 'Time for which the oldest waiting task waits; 0 if none does.',
    ...shared,
  });
  const waiting = new Gauge({
    name: 'tonemill_tasks_waiting',
    help: 'Tasks that wait: first, the next one of each user of whom none is converted; later, all others.',
    labelNames: ['class'],
    ...shared,
  });
  const running = new Gauge({
    name: 'tonemill_tasks_running',
    help: 'Tasks that workers convert.',
    ...shared,
  });
  const up = new Gauge({
    name: 'tonemill_database_up',
    help: 'Whether the database answered at this scrape.',
    ...shared,
    aggregator: 'min',
  });
  const refresh = sharedRun(async () => {
    const state = await sources.queue().catch(() => null);
    for (const gauge of [depth, oldest, running, up]) gauge.remove();
    waiting.reset();
    if (state === undefined) return;
    up.set(state ? 1 : 0);
    if (!state) return;
    depth.set(state.enqueued);
    oldest.set(state.oldestSeconds);
    waiting.set({ class: 'first' }, state.first);
    waiting.set({ class: 'later' }, state.waiting - state.first);
    running.set(state.running);
  });
}

function addDeliveries(registry: Registry, sources: GaugeSources): void {
  const waiting = new Gauge({
    name: 'tonemill_webhook_deliveries_waiting',
    help: 'Messages of webhooks that are not delivered: due, of which no process has begun to send; later, all others.',
    labelNames: ['state'],
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const found = await sources.deliveries().catch(() => undefined);
      waiting.reset();
      if (!found) return;
      waiting.set({ state: 'due' }, found.due);
      waiting.set({ state: 'later' }, found.later);
    },
  });
}

function addPool(registry: Registry, sources: GaugeSources): void {
  const shared = { collect: () => fill(), registers: [registry] };
  const connections = new Gauge({
    name: 'tonemill_database_pool_connections',
    help: 'Connections to the database, by state.',
    labelNames: ['state'],
    ...shared,
  });
  const waiting = new Gauge({
    name: 'tonemill_database_pool_waiting',
    help: 'Queries that wait for a connection to the database.',
    ...shared,
  });
  const fill = () => {
    const state = sources.pool();
    if (!state) return waiting.remove();
    waiting.set(state.waiting);
    connections.set({ state: 'used' }, state.used);
    connections.set({ state: 'idle' }, state.idle);
  };
}
