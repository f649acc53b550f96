import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { ChaosOptions } from './chaos-report.ts';
import type { CuttingProxy } from './cutting-proxy.ts';
import type { FailingShare } from './failing-share.ts';
import { busyWorker, type Fleet } from './kills.ts';
import type { VmDeployment } from './vm.ts';

/** The parts of a deployment that fail. */
export interface Scene {
  options: ChaosOptions;
  vm: VmDeployment;
  knex: Knex;
  fleet: Fleet;
  /** Between the processes and the database. */
  proxy: CuttingProxy;
  /** Undefined where this user can't mount one. */
  share: FailingShare | undefined;
}

type Fault = (scene: Scene) => Promise<void>;

/** Milliseconds for which a fault waits for a transaction. */
const PATIENCE = 5000;

const FAULTS: Readonly<Record<string, Fault>> = {
  'worker killed with -9': async ({ fleet, knex }) =>
    fleet.replace('workers', (await busyWorker(fleet, knex).catch(() => undefined)) ?? 0),
  'API process killed with -9': ({ fleet }) => fleet.replace('apis', 0),
  'connections to the database cut': async ({ proxy }) => proxy.cut(),
  'connection cut before a commit': ({ proxy }) => proxy.cutAt('COMMIT', 'before', PATIENCE),
  'connection cut after a commit': ({ proxy }) => proxy.cutAt('COMMIT', 'after', PATIENCE),
  'PostgreSQL crashed and started again': ({ options }) => options.postgres.crash(),
  'worker stopped and continued': async ({ fleet, knex, options }) => {
    const child = fleet.workers[(await busyWorker(fleet, knex).catch(() => undefined)) ?? 1]?.child;
    child?.kill('SIGSTOP');
    await setTimeout(options.still);
    child?.kill('SIGCONT');
  },
  'clock of a worker an hour ahead': (scene) => skew(scene, 3_600_000),
  'clock of a worker an hour behind': (scene) => skew(scene, -3_600_000),
};

const SHARE_FAULTS: Readonly<Record<string, (share: FailingShare, milliseconds: number) => Promise<void>>> = {
  'share full': (share, milliseconds) => share.fill(milliseconds),
  'share read-only': (share, milliseconds) => share.makeReadOnly(milliseconds),
  'share unmounted': (share, milliseconds) => share.unmount(milliseconds),
};

/** All faults by name. */
export function faultsOf({ share, options }: Scene): Record<string, Fault> {
  if (!share) return FAULTS;
  const ofShare = Object.entries(SHARE_FAULTS).map(([name, fault]): [string, Fault] => [
    name,
    () => fault(share, options.away),
  ]);
  return { ...FAULTS, ...Object.fromEntries(ofShare) };
}

/** Names of faults that can't be injected here. */
export function skippedFaults({ share }: Pick<Scene, 'share'>): string[] {
  return share ? [] : Object.keys(SHARE_FAULTS);
}

/** Replaces a worker by one whose clock is wrong. */
async function skew({ fleet, vm }: Scene, milliseconds: number): Promise<void> {
  await fleet.workers[1]?.end('SIGKILL');
  const skewed = {
    NODE_OPTIONS: `--import=${resolve('test/support/skewed-clock.mjs')}`,
    SKEW: String(milliseconds),
  };
  fleet.workers[1] = await vm.start('worker', { ...vm.environment('worker'), ...skewed });
}
