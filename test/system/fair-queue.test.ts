import assert from 'node:assert/strict';
import { createPostgresQueue } from '../../lib/adapters/queue/postgres.ts';
import type { Queue } from '../../lib/ports/queue.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { convertAll, finish, queuedTasks } from '../support/queued-tasks.ts';

/** Polls are an hour apart, so that notifications alone wake the consumers. */
const POLL = 3600;

describe('The queue in PostgreSQL', function () {
  this.timeout(120_000);
  const database = testDatabase();
  let queue: Queue;

  beforeEach(async () => {
    await database.knex()('tasks').delete();
    await database.knex()('pgboss.job').delete();
    queue = await createPostgresQueue({
      address: database.url(),
      pool: 2,
      jobSeconds: 60,
      pollSeconds: POLL,
      log: silentLog,
    });
  });
  afterEach(() => queue.close());

  const stores = () => queuedTasks(database.knex(), queue);
  const turnOf = async ({ id }: Task): Promise<number> =>
    (await database.knex()('tasks').where({ id }).first('turn')).turn;
  const turnsOf = (tasks: readonly Task[]) => Promise.all(tasks.map(turnOf));
  const jobsOf = ({ id }: Task) =>
    database.knex()('pgboss.job').whereRaw("(data->>'taskId')::int = ?", [id]).orderBy('created_on');

  it('starts a single task within two conversions, behind 500 of another user that wait and while they run', async () => {
    const { newUser, enqueue, enqueueMany, leases } = stores();
    const [many, early, late] = [await newUser(), await newUser(), await newUser()];
    await enqueueMany(many, 500);
    await enqueue(early);
    let enqueuedAfter = 0;
    const started = await convertAll(
      queue,
      leases,
      { count: 502, concurrency: 2 },
      async (_task, { length }) => {
        if (length !== 250) return;
        await enqueue(late);
        enqueuedAfter = length;
      },
    );
    const position = (userId: number) => started.findIndex((task) => task.userId === userId);
    assert.ok(position(early) <= 2, `started after ${position(early)} others`);
    assert.ok(position(late) - enqueuedAfter <= 2, `started after ${position(late) - enqueuedAfter} others`);
    assert.deepEqual(new Set(started.map(({ attempt }) => attempt)), new Set([1]));
  });

  it('lets ten users with 50 tasks each finish at about the same time, though one queued after the other', async () => {
    const { newUser, enqueueMany, leases } = stores();
    const users: number[] = [];
    for (let user = 0; user < 10; user++) {
      users.push(await newUser());
      await enqueueMany(users[user] ?? 0, 50);
    }
    const started = await convertAll(queue, leases, { count: 500, concurrency: 2 });
    const last = users.map((user) => started.findLastIndex(({ userId }) => userId === user) + 1);
    assert.ok(Math.min(...last) >= 0.9 * Math.max(...last), `last conversions: ${last}`);
  });

  it('starves no deep queue, however steadily another user queues single tasks', async () => {
    const { newUser, enqueue, enqueueMany, leases } = stores();
    const [deep, steady] = [await newUser(), await newUser()];
    await enqueueMany(deep, 40);
    await enqueueMany(steady, 4);
    let more = 40;
    const started = await convertAll(queue, leases, { count: 84, concurrency: 2 }, async ({ userId }) => {
      if (userId === steady && more-- > 0) await enqueue(steady);
    });
    const ofDeep = started.slice(0, 40).filter(({ userId }) => userId === deep).length;
    assert.ok(ofDeep >= 15, `${ofDeep} of the first 40 conversions`);
  });

  it('gives one user consecutive turns, though twenty uploads end at once', async () => {
    const { newUser, enqueue } = stores();
    const user = await newUser();
    const queued = await Promise.all(Array.from({ length: 20 }, () => enqueue(user)));
    const turns = (await turnsOf(queued)).sort((a, b) => a - b);
    assert.deepEqual(
      turns,
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it('keeps the place of a task that is handed back, tried again or changed before it started', async () => {
    const { newUser, enqueueMany, tasks, leases } = stores();
    const user = await newUser();
    const queued = await enqueueMany(user, 4);
    const [returned, retried, changed] = queued;
    assert.ok(returned && retried && changed);
    const claim = async ({ id }: Task) => {
      const claimed = await leases.claim({ taskId: id, revision: 1 }, 'worker');
      assert.ok('lease' in claimed);
      return claimed;
    };
    await leases.release((await claim(returned)).lease);
    await leases.postpone((await claim(retried)).lease, 60);
    await tasks.change(changed.id, user, { format: 'ogg', options: {} });
    assert.deepEqual(await turnsOf(queued), [1, 2, 3, 4]);
    const priorities = (await jobsOf(changed)).map(({ priority, data }) => [data.revision, priority]);
    assert.deepEqual(priorities, [
      [1, -3],
      [2, -3],
    ]);
  });

  it('gives a changed task that had started the next turn of its user, and a new one the turn of a deleted last one', async () => {
    const { newUser, enqueue, enqueueMany, tasks, leases } = stores();
    const user = await newUser();
    const [first, , third] = await enqueueMany(user, 3);
    assert.ok(first && third);
    const claimed = await leases.claim({ taskId: first.id, revision: 1 }, 'worker');
    assert.ok('lease' in claimed);
    await finish(leases, claimed);
    await tasks.change(first.id, user, { format: 'ogg', options: {} });
    assert.equal(await turnOf(first), 4);
    await tasks.remove(first.id);
    await tasks.remove(third.id);
    assert.equal(await turnOf(await enqueue(user)), 3);
  });

  it('keeps the priority of a job whose handler refuses it', async () => {
    const { newUser, enqueueMany } = stores();
    const [, second] = await enqueueMany(await newUser(), 2);
    assert.ok(second);
    const both = Promise.withResolvers<void>();
    let handled = 0;
    const stop = await queue.consume(async () => {
      handled += 1;
      if (handled === 2) both.resolve();
      return 'again';
    }, 1);
    await both.promise;
    await stop();
    const [job] = await jobsOf(second);
    assert.deepEqual([job.state, job.priority], ['retry', -2]);
  });

  it('holds one waiting message of a task, however often the sweep enqueues it', async () => {
    const { newUser, enqueue, housekeeping } = stores();
    const task = await enqueue(await newUser());
    for (let sweep = 0; sweep < 3; sweep++) assert.equal(await housekeeping.enqueueAgain(-1), 1);
    assert.equal((await jobsOf(task)).length, 1);
  });
});
