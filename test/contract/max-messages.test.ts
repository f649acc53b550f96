import assert from 'node:assert/strict';
import type { Task } from '../../lib/ports/tasks.ts';
import { testDatabase } from '../support/database.ts';
import { finish, queuedTasks } from '../support/queued-tasks.ts';
import { recordedMessages } from '../support/recorded-queue.ts';
import { until } from '../support/until.ts';

const LIMIT = 2;

describe('The stores with a queue of at most two messages', () => {
  const database = testDatabase();
  const { messages, enqueued } = recordedMessages({ transactional: false, maxMessages: LIMIT });
  beforeEach(() => database.knex()('tasks').delete());
  const stores = () => queuedTasks(database.knex(), messages);
  const taken = () => enqueued.splice(0).map(({ taskId }) => taskId);
  const idsOf = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

  /** One user with five tasks, of which two are enqueued. */
  const five = async () => {
    const { newUser, enqueueMany } = stores();
    const user = await newUser();
    const tasks = await enqueueMany(user, 5);
    assert.deepEqual(taken(), idsOf(tasks).slice(0, LIMIT));
    return { user, tasks, ids: idsOf(tasks) };
  };
  /** Number of backends that wait for a row or a transaction of another one. */
  const waitingLocks = async () => {
    const { rows } = await database
      .knex()
      .raw("select 1 from pg_locks where not granted and locktype in ('tuple', 'transactionid')");
    return rows.length;
  };
  const claim = async (id: number, revision = 1) => {
    const claimed = await stores().leases.claim({ taskId: id, revision }, 'worker');
    assert.ok('lease' in claimed);
    return claimed;
  };

  it('enqueue the next task when one has finished, failed or was removed', async () => {
    const { leases, tasks } = stores();
    const { ids } = await five();
    const [first, second, third] = ids;
    assert.ok(first && second && third);
    await finish(leases, await claim(first));
    assert.deepEqual(taken(), [third]);
    await leases.fail((await claim(second)).lease, { code: 'damaged', message: 'x' }, null);
    assert.deepEqual(taken(), ids.slice(3, 4));
    await tasks.remove(third);
    assert.deepEqual(taken(), ids.slice(4));
  });

  it('enqueue another task while one is postponed, and first one that is handed back', async () => {
    const { leases } = stores();
    const { ids } = await five();
    const [first, second, third] = ids;
    assert.ok(first && second && third);
    await leases.postpone((await claim(first)).lease, 60);
    assert.deepEqual(taken(), [third]);
    await leases.release((await claim(second)).lease);
    assert.deepEqual(taken(), [second]);
  });

  it('keep the place of a task that changes while it waits, and the limit when a finished one does', async () => {
    const { leases, tasks } = stores();
    const { user, ids } = await five();
    const [first, second, third] = ids;
    assert.ok(first && second && third);
    await tasks.change(first, user, { format: 'ogg', options: {} });
    assert.deepEqual(enqueued.splice(0), [{ taskId: first, revision: 2 }]);
    await finish(leases, await claim(first, 2));
    assert.deepEqual(taken(), [third]);
    await tasks.change(first, user, { format: 'flac', options: {} });
    assert.deepEqual(taken(), []);
    for (const id of ids.slice(1)) await finish(leases, await claim(id));
    assert.equal(taken().at(-1), first);
  });

  it("enqueue another user's task before the later ones of the first", async () => {
    const { newUser, enqueue, leases } = stores();
    const { ids } = await five();
    const single = await enqueue(await newUser());
    assert.deepEqual(taken(), []);
    await finish(leases, await claim(ids[0] ?? 0));
    assert.deepEqual(taken(), [single.id]);
  });

  it('let the sweep enqueue what a crash left behind, and no more than the limit', async () => {
    const { housekeeping } = stores();
    const { ids } = await five();
    assert.equal(await housekeeping.enqueueAgain(60), 0);
    await database.knex()('tasks').where({ id: ids[0] }).delete();
    assert.equal(await housekeeping.enqueueAgain(60), 1);
    assert.deepEqual(taken(), ids.slice(2, 3));
    assert.equal(await housekeeping.enqueueAgain(-1), LIMIT);
    assert.deepEqual(taken().sort(), ids.slice(1, 3).sort());
  });

  it('enqueue a task whose row another transaction holds for a moment, and leave one that it holds on to to the sweep', async () => {
    const { newUser, enqueue, leases, housekeeping } = stores();
    const user = await newUser();
    const ids = [await enqueue(user), await enqueue(user), await enqueue(user)].map(({ id }) => id);
    const [first, second, third] = ids;
    assert.ok(first && second && third);
    assert.deepEqual(taken(), [first, second]);
    const holding = await database.knex().transaction();
    await holding('tasks').where({ id: third }).forUpdate();
    const finished = finish(leases, await claim(first));
    const isWaiting = async () => (await waitingLocks()) > 0;
    await until(isWaiting);
    await holding.commit();
    await finished;
    assert.deepEqual(taken(), [third]);

    const [fourth] = [await enqueue(user)].map(({ id }) => id);
    const stuck = await database.knex().transaction();
    await stuck('tasks').where({ id: fourth }).forUpdate();
    await finish(leases, await claim(second));
    assert.deepEqual(taken(), []);
    await stuck.commit();
    assert.equal(await housekeeping.enqueueAgain(60), 1);
    assert.deepEqual(taken(), [fourth]);
  });

  it('enqueue no more than the limit when twenty uploads end at once', async () => {
    const { newUser, enqueue } = stores();
    const user = await newUser();
    const queued = await Promise.all(Array.from({ length: 20 }, () => enqueue(user)));
    assert.equal(taken().length, LIMIT);
    assert.equal(queued.length, 20);
  });
});
