import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import pg from 'pg';
import sinon from 'sinon';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { startEmbedded } from '../../lib/adapters/embedded-postgres/shared-server.ts';
import { openDatabaseStores, prepareDatabase, type Stores } from '../../lib/app/open-database.ts';
import { loadConfig } from '../../lib/config/config.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { createDatabase } from '../support/database.ts';
import { insertManyTasks } from '../support/many-tasks.ts';
import { convertAll, finish } from '../support/queued-tasks.ts';
import { median, printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { cpuTimes, timesBetween } from './processes.ts';
import { progress } from './progress.ts';
import { queuedFiles } from './queued-files.ts';

/** Tasks in the table that counts as empty: enough for answers of the same length. */
const ONE_PAGE = { tasks: 100, ofOne: 100 };

/** A database, its stores and a user in it who has tasks. */
interface Contestant {
  stores: Stores;
  knex: Knex;
  owner: { userId: number; email: string };
  /** Milliseconds of each operation, by its name. */
  times: Map<string, number[]>;
}

/**
 * Time of the operations on tasks with 1,000,000 tasks (100,000 of one user) as against an empty table, and the costs of
 * the queue when 1000 tasks wait. The two databases take turns, so that other work on the machine moves both alike.
 */
export async function growth({ quick }: BenchOptions): Promise<void> {
  const tasks = quick ? 100_000 : 1_000_000;
  const rounds = quick ? 60 : 200;
  const queued = quick ? 100 : 1000;
  progress.step('starting PostgreSQL');
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const server = await startEmbedded(folder);
  const opened: Contestant[] = [];
  try {
    for (const count of [0, tasks]) opened.push(await contestant(server.url, count));
    const [empty, full] = opened;
    if (!empty || !full) throw new TypeError('expected two databases');
    for (let round = 0; round < rounds; round++) {
      if (round % 20 === 0) progress.step(`operations, round ${round + 1} of ${rounds}`);
      for (const one of round % 2 === 0 ? [empty, full] : [full, empty]) await operate(one);
    }
    printTable([['operation', 'empty, ms', `${tasks} tasks, ms`, 'ratio'], ...ratios(empty, full)]);
    const rows = [
      [
        'queue',
        'tasks in the table',
        'ms of CPU a task, Node.js',
        'ms of CPU a task, PostgreSQL',
        'statements a task',
      ],
    ];
    for (const one of opened) rows.push(await drain(one, queued, one === empty ? 0 : tasks));
    printTable(rows);
  } finally {
    for (const { stores, knex } of opened) {
      await stores.close();
      await knex.destroy();
    }
    await server.stop();
    await removeCluster(folder);
  }
  printTable(await queuedFiles(quick ? 20 : 1000));
}

async function contestant(server: string, tasks: number): Promise<Contestant> {
  progress.step(`inserting ${tasks} tasks`);
  const url = await createDatabase(server, `growth-${tasks}`);
  const config = loadConfig({ DATABASE: 'url', DATABASE_URL: url }, 'functions');
  await prepareDatabase(config, url, silentLog);
  const knex = openDatabase(url, 2);
  await insertManyTasks(knex, tasks > 0 ? { tasks, ofOne: tasks / 10 } : ONE_PAGE);
  const stores = await openDatabaseStores(config, silentLog, { seconds: 60, attempts: 5 }, async () => {
    throw new TypeError('the server runs');
  });
  const userId = (await knex('users').min('id as id').first())?.id;
  return { stores, knex, owner: { userId, email: 'user1@example.org' }, times: new Map() };
}

/** Each operation once; the tasks that it makes are removed. */
async function operate({ stores, owner, times }: Contestant): Promise<void> {
  const { tasks, leases, housekeeping } = stores;
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    times.set(name, [...(times.get(name) ?? []), performance.now() - began]);
    return result;
  };
  const task = await timed('create', () => newTask(stores, owner.userId));
  await timed('list', () => tasks.list(owner, { limit: 20, descending: true }));
  await timed('list of a state', () =>
    tasks.list(owner, { limit: 20, descending: true, state: 'PROCESSED' }),
  );
  await timed('get', () => tasks.show(owner, task.id));
  await timed('mark uploaded and enqueue', () => tasks.markUploaded(task.id));
  const claimed = await timed('claim', () => leases.claim({ taskId: task.id, revision: 1 }, 'bench'));
  if (!('lease' in claimed)) throw new TypeError(`the claim was refused: ${claimed.refused}`);
  await timed('heartbeat', () => leases.heartbeat(claimed.lease, 0.5));
  await timed('finish', () => finish(leases, claimed));
  await timed('sweep', async () => {
    await housekeeping.forgetUploads();
    await housekeeping.giveUp();
    await housekeeping.enqueueAgain(60);
    await housekeeping.overdueUploads();
    await housekeeping.removeExpiredTokens();
  });
  await timed('remove', () => tasks.remove(task.id));
}

function newTask({ tasks }: Stores, userId: number): Promise<Task> {
  return tasks.create({
    userId,
    name: 'a.wav',
    originalExt: 'wav',
    requestedOutput: { format: 'mp3', options: {} },
    declaredSize: null,
    uploadExpiresAt: new Date(Date.now() + 3_600_000),
  });
}

function ratios(empty: Contestant, full: Contestant): string[][] {
  return [...empty.times].map(([name, times]) => {
    const [few, many] = [median(times), median(full.times.get(name) ?? [])];
    return [name, few.toFixed(2), many.toFixed(2), (many / few).toFixed(2)];
  });
}

/** Queues tasks of one user, and takes them all without a converter. */
async function drain({ stores, knex, owner }: Contestant, queued: number, tasks: number): Promise<string[]> {
  progress.step(`queueing ${queued} tasks`);
  await knex.raw('truncate pgboss.job_common');
  for (let task = 0; task < queued; task++)
    await stores.tasks.markUploaded((await newTask(stores, owner.userId)).id);
  progress.step(`taking ${queued} tasks`);
  const server = await serverPid(knex);
  const statements = sinon.spy(pg.Client.prototype, 'query');
  const [cpu, own] = [await cpuTimes([server]), process.cpuUsage()];
  await convertAll(stores.queue, stores.leases, { count: queued, concurrency: 4 });
  const { user, system } = process.cpuUsage(own);
  const { database } = timesBetween(cpu, await cpuTimes([server]));
  statements.restore();
  const milliseconds = [(user + system) / 1000, database * 1000].map((time) => (time / queued).toFixed(2));
  return [`${queued} waiting`, String(tasks), ...milliseconds, (statements.callCount / queued).toFixed(1)];
}

/** The first process of the server, which is the parent of all others. */
async function serverPid(knex: Knex): Promise<number> {
  const { rows } = await knex.raw("select substring(pg_read_file('postmaster.pid') from '^[0-9]+') as pid");
  return Number(rows[0]?.pid);
}
