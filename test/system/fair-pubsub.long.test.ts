import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import { createPubSubQueue } from '../../lib/adapters/queue/pubsub.ts';
import type { Queue } from '../../lib/ports/queue.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { testEmulators } from '../support/emulators.ts';
import { convertAll, queuedTasks } from '../support/queued-tasks.ts';

describe('The queue on Pub/Sub', function () {
  this.timeout(180_000);
  const emulators = testEmulators();
  const database = testDatabase();
  let queue: Queue;

  /** @param maxMessages also the conversions at once */
  const open = async (maxMessages: number) => {
    const connect = () =>
      new PubSub({ projectId: 'fair', apiEndpoint: emulators().pubsub, emulatorMode: true });
    const names = { topic: randomUUID(), subscription: `worker-${randomUUID()}` };
    const pubsub = connect();
    await (await pubsub.createTopic(names.topic))[0].createSubscription(names.subscription);
    await pubsub.close();
    const options = { ...names, maxMessages, jobSeconds: 60, log: silentLog };
    queue = createPubSubQueue(async () => connect(), options);
    await database.knex()('tasks').delete();
    return queuedTasks(database.knex(), queue);
  };
  afterEach(() => queue.close());

  // One conversion at once: one without a converter takes less time than a message, during which others would start.
  it('starts a single task within two conversions, behind 500 of another user', async () => {
    const { newUser, enqueue, enqueueMany, leases } = await open(1);
    const [many, early, late] = [await newUser(), await newUser(), await newUser()];
    await enqueueMany(many, 500);
    await enqueue(early);
    let enqueuedAfter = 0;
    const started = await convertAll(
      queue,
      leases,
      { count: 502, concurrency: 1 },
      async (_task, { length }) => {
        if (length !== 250) return;
        await enqueue(late);
        enqueuedAfter = length;
      },
    );
    const position = (userId: number) => started.findIndex((task) => task.userId === userId);
    assert.ok(position(early) <= 2, `started after ${position(early)} others`);
    assert.ok(position(late) - enqueuedAfter <= 2, `started after ${position(late) - enqueuedAfter} others`);
    assert.equal(started.length, 502);
    assert.deepEqual(new Set(started.map(({ attempt }) => attempt)), new Set([1]));
  });

  it('lets ten users with 50 tasks each finish at about the same time', async () => {
    const { newUser, enqueueMany, leases } = await open(2);
    const users: number[] = [];
    for (let user = 0; user < 10; user++) {
      users.push(await newUser());
      await enqueueMany(users[user] ?? 0, 50);
    }
    const started = await convertAll(queue, leases, { count: 500, concurrency: 2 });
    const last = users.map((user) => started.findLastIndex(({ userId }) => userId === user) + 1);
    assert.ok(Math.min(...last) >= 0.9 * Math.max(...last), `last conversions: ${last}`);
  });
});
