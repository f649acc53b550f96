import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { createQueueStateStore } from '../../lib/adapters/database/queue-state.ts';
import { tidyWebhooks } from '../../lib/webhooks/tidy.ts';
import { testDatabase } from '../support/database.ts';
import { deliveriesOn } from '../support/deliveries.ts';
import { answering, testReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

/** Short pauses, so that each test sees several tries. */
const QUICK = { schedule: [0.05, 0.05, 0.05] };

describe('Deliveries', function () {
  this.timeout(30_000);
  const database = testDatabase();
  const { pending, store, webhook, find, process } = deliveriesOn(() => database.knex());
  const receiver = testReceiver();
  const other = testReceiver();
  let stop = async (): Promise<void> => undefined;

  const start = async (options: Parameters<typeof process>[0] = QUICK) => {
    const end = await process(options).start();
    stop = async () => {
      stop = async () => undefined;
      await end();
    };
  };
  afterEach(async () => {
    await stop();
    // What a test leaves would be sent in the next one.
    await database.knex()('webhook_deliveries').delete();
  });
  /** Adds messages, and answers the deliveries of the webhook, the oldest first. */
  const enqueue = async (id: number, count = 1) => {
    for (let n = 0; n < count; n++) assert.ok(await store().addTest(id, 1000));
  };
  const deliveries = async (id: number) => (await store().list(id, { limit: 1000 })).reverse();
  const ended = async (id: number) => {
    await until(async () => (await deliveries(id)).every(({ state }) => state !== 'PENDING'));
    return deliveries(id);
  };

  it('are tried again after a failure, as the same message', async () => {
    const { id } = await webhook(receiver.url());
    receiver.answers.push(answering(500, {}, 'sorry'), (request) => request.socket.destroy());
    await enqueue(id);
    await start();
    const [delivery] = await ended(id);
    assert.deepEqual([delivery?.state, delivery?.tries, delivery?.last?.status], ['DELIVERED', 3, 204]);
    assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.equal(new Set(receiver.received.map(({ body }) => body)).size, 1);
    assert.equal(receiver.received.length, 3);
  });

  it('are counted while they wait: those that are due, and those of which a try failed', async () => {
    const counted = () => createQueueStateStore(database.knex()).deliveries();
    const { id } = await webhook(receiver.url());
    await enqueue(id, 2);
    assert.deepEqual(await counted(), { due: 2, later: 0 });
    receiver.answers.push(answering(503, { 'Retry-After': '3600' }));
    await start();
    await until(async () => (await deliveries(id)).filter(({ tries }) => tries === 1).length === 2);
    assert.deepEqual(await counted(), { due: 0, later: 1 });
  });

  it('wait as long as the receiver asks', async () => {
    const { id } = await webhook(receiver.url());
    receiver.answers.push(answering(503, { 'Retry-After': '3600' }));
    await enqueue(id);
    await start();
    await until(async () => (await deliveries(id))[0]?.tries === 1);
    const [delivery] = await deliveries(id);
    assert.ok((delivery?.dueAt?.getTime() ?? 0) > Date.now() + 3_000_000);
  });

  it('end after the last try, and disable a webhook that took nothing meanwhile', async () => {
    const { id, userId } = await webhook(receiver.url());
    const told = await webhook(other.url(), ['webhook.disabled'], userId);
    for (const status of [500, 404, 302, 500, 500, 500, 500]) receiver.answers.push(answering(status));
    await enqueue(id);
    await start();
    const [delivery] = await ended(id);
    assert.deepEqual([delivery?.state, delivery?.tries], ['FAILED', 4]);
    assert.equal((await find(userId, id))?.disabledReason, 'failing');
    await until(() => other.received.length === 1);
    assert.match(other.received[0]?.body ?? '', /"webhook.disabled".*"failing"/);
    assert.equal((await ended(told.id)).length, 1);
  });

  it('that fail leave a webhook enabled if another message arrived meanwhile', async () => {
    const { id, userId } = await webhook(receiver.url());
    const failing = answering(500);
    await enqueue(id);
    receiver.answers.push(failing, answering(200), failing, failing, failing, failing);
    await start({ schedule: [0.3, 0.1, 0.1] });
    await until(() => receiver.received.length === 1);
    await enqueue(id);
    const states = (await ended(id)).map(({ state }) => state);
    assert.deepEqual(states, ['FAILED', 'DELIVERED']);
    assert.equal((await find(userId, id))?.disabledAt, null);
  });

  it('end a try after its time', async () => {
    const { id } = await webhook(receiver.url());
    receiver.answers.push(() => undefined);
    await enqueue(id);
    await start({ schedule: [3600], timeout: 200 });
    await until(async () => (await deliveries(id))[0]?.tries === 1);
    const [delivery] = await deliveries(id);
    assert.deepEqual([delivery?.last?.status, delivery?.state], [null, 'PENDING']);
    assert.match(delivery?.last?.error ?? '', /0\.2 s/);
  });

  it('keep the first kilobyte of a large answer, and close its connection', async () => {
    const { id } = await webhook(receiver.url());
    const closed = Promise.withResolvers<boolean>();
    receiver.answers.push((_request, response) => {
      response.once('close', () => closed.resolve(response.writableFinished));
      response.writeHead(200, { 'Content-Length': 10_000_000 });
      response.write(Buffer.alloc(10_000_000, 'x'));
    });
    await enqueue(id);
    await start();
    const [delivery] = await ended(id);
    assert.equal(delivery?.last?.answer, 'x'.repeat(1024));
    assert.equal(await closed.promise, false);
  });

  it('follow no redirect', async () => {
    const { id } = await webhook(receiver.url());
    receiver.answers.push(answering(307, { Location: receiver.url('/next') }));
    await enqueue(id);
    await start({ schedule: [] });
    const [delivery] = await ended(id);
    assert.deepEqual([delivery?.last?.status, delivery?.state], [307, 'FAILED']);
    assert.deepEqual(
      receiver.received.map(({ path }) => path),
      ['/'],
    );
  });

  it('to a slow host delay none to another, and are few at once', async () => {
    const slow = await webhook(receiver.url());
    const quick = await webhook(other.url(), ['task.failed'], slow.userId);
    const open: ServerResponse[] = [];
    for (let n = 0; n < 20; n++) receiver.answers.push((_request, response) => open.push(response));
    await enqueue(slow.id, 20);
    await enqueue(quick.id, 5);
    await start({ ...QUICK, perHost: 2 });
    await until(() => other.received.length === 5);
    await until(() => open.length === 2);
    await ended(quick.id);
    assert.equal(receiver.received.length, 2);
    receiver.answers.length = 0;
    for (const response of open) response.end();
    assert.equal((await ended(slow.id)).length, 20);
  });

  it('of one user leave room for those of others', async () => {
    const hostile = await webhook(receiver.url());
    const otherUser = await webhook(other.url());
    for (let n = 0; n < 4; n++) receiver.answers.push(() => undefined);
    await enqueue(hostile.id, 4);
    await enqueue(otherUser.id);
    await start({ ...QUICK, perHost: 4, perUser: 3, atOnce: 4, patience: 0 });
    await ended(otherUser.id);
    assert.ok(receiver.received.length <= 3);
  });

  it('are sent once by two processes', async () => {
    const { id } = await webhook(receiver.url());
    await enqueue(id, 40);
    await start();
    const end = await process(QUICK).start();
    const all = await ended(id);
    await end();
    assert.ok(all.every(({ state, tries }) => state === 'DELIVERED' && tries === 1));
    assert.equal(receiver.received.length, 40);
  });

  it('are handed back by a process that stops, and count no try', async () => {
    const { id } = await webhook(receiver.url());
    receiver.answers.push(() => undefined);
    await enqueue(id);
    await start({ patience: 0 });
    await until(() => receiver.received.length === 1);
    await stop();
    const [delivery] = await deliveries(id);
    assert.deepEqual([delivery?.state, delivery?.tries], ['PENDING', 0]);
    assert.equal(await process(QUICK).sendDue(10), 1);
    assert.equal((await deliveries(id))[0]?.state, 'DELIVERED');
  });

  it('of a process that died are due again after its claim, whose outcome then changes nothing', async () => {
    const { id } = await webhook(receiver.url());
    await enqueue(id);
    const limits = { all: 10, perHost: 10, perUser: 10 };
    const none = { hosts: {}, users: {} };
    const [dead = assert.fail()] = await pending().claim(limits, none, 60);
    assert.deepEqual(await pending().claim(limits, none, 60), []);
    await database.knex()('webhook_deliveries').where({ id: dead.id }).update({ due_at: new Date() });
    assert.equal(await process(QUICK).sendDue(10), 1);
    await pending().record(dead, { status: 500, answer: '', error: null, seconds: 1 }, 'failed');
    assert.equal((await deliveries(id))[0]?.state, 'DELIVERED');
  });

  it('of a webhook with too many end, and old ones are removed', async () => {
    const flooded = await webhook(receiver.url());
    const old = await webhook(receiver.url());
    await database.knex().raw(
      `insert into webhook_deliveries (webhook_id, event, body, due_at)
        select ?, 'task.failed', '{}', now() + interval '1 hour' from generate_series(1, 10001)`,
      [flooded.id],
    );
    await enqueue(old.id, 3);
    const week = new Date(Date.now() - 8 * 86_400_000);
    await database.knex()('webhook_deliveries').where({ webhook_id: old.id }).update({ due_at: week });
    assert.equal(await tidyWebhooks(pending()), 3);
    assert.equal((await find(flooded.userId, flooded.id))?.disabledReason, 'too_many');
    assert.deepEqual(await deliveries(old.id), []);
    assert.ok((await deliveries(flooded.id)).every(({ state }) => state === 'FAILED'));
    assert.equal(await pending().isDue(), false);
  });
});
