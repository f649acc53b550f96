import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import { createPostgresQueue } from '../../lib/adapters/queue/postgres.ts';
import { createPubSubQueue } from '../../lib/adapters/queue/pubsub.ts';
import type { ConversionMessage } from '../../lib/ports/queue.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { testEmulators } from '../support/emulators.ts';
import { describeQueue } from './queue.ts';

describe('PostgreSQL', () => {
  const database = testDatabase();
  const open = () =>
    createPostgresQueue({ address: database.url(), pool: 2, jobSeconds: 60, pollSeconds: 2, log: silentLog });

  describeQueue('with pg-boss', open);

  it('with pg-boss enqueues inside a transaction, and never for one that is rolled back', async () => {
    const queue = await open();
    const [undone, kept] = [
      { taskId: 8, revision: 1, turn: 1 },
      { taskId: 7, revision: 1, turn: 1 },
    ];
    const broken = database.knex().transaction(async (trx) => {
      await queue.enqueue([undone], trx);
      throw new Error('rolled back');
    });
    await assert.rejects(broken, /rolled back/);
    await database.knex().transaction((trx) => queue.enqueue([kept], trx));
    const heard: ConversionMessage[] = [];
    const done = Promise.withResolvers<void>();
    const stop = await queue.consume(async (message) => {
      heard.push(message);
      done.resolve();
      return 'done';
    }, 1);
    await done.promise;
    await stop();
    await queue.close();
    assert.deepEqual(heard, [{ taskId: 7, revision: 1 }]);
  });
});

describe('The emulator', () => {
  const emulators = testEmulators();
  const connect = () =>
    new PubSub({ projectId: 'test', apiEndpoint: emulators().pubsub, emulatorMode: true });

  describeQueue('of Pub/Sub', async () => {
    const names = { topic: randomUUID(), subscription: `worker-${randomUUID()}` };
    const pubsub = connect();
    await (await pubsub.createTopic(names.topic))[0].createSubscription(names.subscription);
    await pubsub.close();
    return createPubSubQueue(async () => connect(), {
      ...names,
      maxMessages: 10,
      jobSeconds: 60,
      log: silentLog,
    });
  });
});
