import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { z } from 'zod';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { makeTone } from './audio.ts';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts';
import type { DebianPostgres } from './debian-postgres.ts';
import {
  busyWorker,
  createSender,
  type Fleet,
  makeTasks,
  startFleet,
  sweepAndLook,
  TRIGGER,
  waiting,
} from './kills.ts';
import { newUser, post, type User } from './service.ts';
import { newDatabase, type VmDeployment, vmDeployment } from './vm.ts';

export interface ChaosOptions {
  postgres: DebianPostgres;
  /** Tasks that must be answered with 200, at least; more are made until every fault was injected. */
  tasks: number;
  /** Rounds of all faults, at least. */
  rounds: number;
  /** Milliseconds between two faults. */
  every: number;
  /** Seconds of sound in each original. */
  seconds: number;
  /** Milliseconds for which a worker stands still. */
  still: number;
  /** Called with a sentence at each step. */
  onStep?: (sentence: string) => void;
}

export interface ChaosReport {
  /** How often each fault was injected. */
  injected: Record<string, number>;
  /** Processes that ended by themselves because of a fault, and were started again as systemd does. */
  ended: number;
  accepted: number;
  processed: number;
  failed: number;
  /** Accepted tasks that are neither PROCESSED nor FAILED with a code. */
  lost: number[];
  /** Accepted tasks that became PROCESSED more than once. */
  doubled: number[];
  /** Accepted tasks of whose end no webhook told. */
  untold: number[];
  /** Files of no task, files that are missing, and files left in private folders; leases that still run. */
  orphans: string[];
  missing: string[];
  leftovers: string[];
  leases: number;
  seconds: number;
}

interface Scene {
  options: ChaosOptions;
  vm: VmDeployment;
  knex: Knex;
  fleet: Fleet;
  proxy: CuttingProxy;
  user: User;
  /** Ids of tasks of whose end a message came. */
  told: Set<number>;
}

const OUTBOUND = { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' };

const FAULTS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'worker killed with -9': async ({ fleet, knex }) =>
    fleet.replace('workers', (await busyWorker(fleet, knex).catch(() => undefined)) ?? 0),
  'API process killed with -9': ({ fleet }) => fleet.replace('apis', 0),
  'connections to the database cut': async ({ proxy }) => proxy.cut(),
  'PostgreSQL crashed and started again': ({ options }) => options.postgres.crash(),
  'worker stopped and continued': async ({ fleet, knex, options }) => {
    const child = fleet.workers[(await busyWorker(fleet, knex).catch(() => undefined)) ?? 1]?.child;
    child?.kill('SIGSTOP');
    await setTimeout(options.still);
    child?.kill('SIGCONT');
  },
  'clock of a worker an hour ahead': async ({ fleet, vm }) => {
    await fleet.workers[1]?.end('SIGKILL');
    const skewed = { NODE_OPTIONS: `--import=${resolve('test/support/skewed-clock.mjs')}` };
    fleet.workers[1] = await vm.start('worker', { ...vm.environment('worker'), ...skewed });
  },
};

/** Two API processes and two workers, on a database and a share that fail, while tasks are made. */
export async function convertInChaos(options: ChaosOptions): Promise<ChaosReport> {
  const url = await newDatabase(options.postgres.url);
  const proxy = await cuttingProxy(url);
  const proxied = new URL(url);
  proxied.port = new URL(proxy.url).port;
  const plain = await vmDeployment(proxied.href);
  const vm: VmDeployment = {
    ...plain,
    start: (name, env = plain.environment(name === 'serve' ? 'api' : 'worker')) =>
      plain.start(name, { ...env, ...OUTBOUND }),
  };
  const knex = openDatabase(url, 4);
  const told = new Set<number>();
  const receiver = await receiveInto(told);
  try {
    await vm.command('init-share');
    await vm.command('migrate');
    await knex.raw(TRIGGER);
    const fleet = await startFleet(vm);
    const user = await newUser(fleet.apis[0]?.url ?? '', 1);
    await subscribe(fleet, user, receiver);
    return await run({ options, vm, knex, fleet, proxy, user, told });
  } finally {
    await knex.destroy();
    await vm.remove();
    await proxy.close();
    receiver.close();
  }
}

async function run(scene: Scene): Promise<ChaosReport> {
  const { options, vm, knex, fleet, user, told } = scene;
  const began = performance.now();
  const original = join(vm.folder, 'tone.wav');
  await makeTone(original, options.seconds);
  const sender = createSender(fleet, user, await readFile(original));
  const injected: Record<string, number> = {};
  const rounds = () => Math.min(...Object.keys(FAULTS).map((name) => injected[name] ?? 0));
  const made = makeTasks(sender, knex, (begun) => begun < options.tasks || rounds() < options.rounds);
  const ended = await inject(scene, made, injected);
  const accepted = await made;
  options.onStep?.('waiting for the last conversions and messages');
  let restarted = ended;
  while ((await waiting(knex)) > 0) {
    restarted += await revive(scene);
    await setTimeout(250);
  }
  for (let tries = 0; tries < 600 && !accepted.every((id) => told.has(id)); tries++) await setTimeout(100);
  await Promise.all([...fleet.workers, ...fleet.apis].map((one) => one.end('SIGTERM')));
  const { rows, orphans, missing } = await sweepAndLook(vm, knex);
  const finishes: number[] = await knex('finishes').pluck('task_id');
  const leases = await knex('tasks').where({ state: 'PROCESSING' }).select('id');
  const ends = new Map(rows.map((row) => [row.id, row]));
  const folders = (await readdir(vm.folder)).filter((name) => name.startsWith('tonemill-'));
  return {
    injected,
    ended: restarted,
    accepted: accepted.length,
    processed: accepted.filter((id) => ends.get(id)?.state === 'PROCESSED').length,
    failed: accepted.filter((id) => ends.get(id)?.state === 'FAILED').length,
    lost: accepted.filter((id) => !['PROCESSED', 'FAILED'].includes(ends.get(id)?.state ?? '')),
    doubled: accepted.filter((id) => finishes.filter((one) => one === id).length > 1),
    untold: accepted.filter((id) => !told.has(id)),
    ...{ orphans, missing, leases: leases.length },
    leftovers: (await Promise.all(folders.map((name) => readdir(join(vm.folder, name))))).flat(),
    seconds: (performance.now() - began) / 1000,
  };
}

/** Injects one fault after another until all tasks are made. @returns processes that ended by themselves */
async function inject(
  scene: Scene,
  made: Promise<unknown>,
  injected: Record<string, number>,
): Promise<number> {
  let making = true;
  const done = () => {
    making = false;
  };
  made.then(done, done);
  let ended = 0;
  while (making)
    for (const [name, fault] of Object.entries(FAULTS)) {
      await setTimeout(scene.options.every);
      ended += await revive(scene);
      if (!making) break;
      scene.options.onStep?.(name);
      await fault(scene);
      injected[name] = (injected[name] ?? 0) + 1;
    }
  return ended;
}

/** Starts processes again that ended by themselves, as systemd does. @returns their number */
async function revive({ fleet }: Scene): Promise<number> {
  let count = 0;
  for (const kind of ['apis', 'workers'] as const)
    for (const [index, { child }] of fleet[kind].entries()) {
      if (child.exitCode === null && child.signalCode === null) continue;
      await fleet.replace(kind, index);
      count++;
    }
  return count;
}

const MESSAGE = z.object({ data: z.object({ id: z.int() }) });

async function receiveInto(told: Set<number>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    told.add(MESSAGE.parse(JSON.parse(body)).data.id);
    response.writeHead(204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

async function subscribe(fleet: Fleet, user: User, receiver: Server): Promise<void> {
  const address = receiver.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const webhook = { url: `http://127.0.0.1:${port}/`, events: ['task.processed', 'task.failed'] };
  const authorization = { Authorization: `Bearer ${user.token}` };
  const answer = await post(`${fleet.apis[0]?.url}/api/webhooks`, webhook, authorization);
  if (!answer.ok) throw new Error(`no webhook: ${await answer.text()}`);
}
