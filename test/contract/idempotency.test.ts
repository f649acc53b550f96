import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createBatchStore } from '../../lib/adapters/database/batches.ts';
import { createHousekeeping } from '../../lib/adapters/database/housekeeping.ts';
import { createIdempotencyStore } from '../../lib/adapters/database/idempotency-keys.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import type { ClaimedKey, KeyedRequest } from '../../lib/ports/idempotency.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { recordedMessages } from '../support/recorded-queue.ts';

const ANSWER = Buffer.from('answer');

describe('Requests with an Idempotency-Key on PostgreSQL', () => {
  const database = testDatabase();
  const { messages } = recordedMessages({ transactional: true });
  const store = () => createIdempotencyStore(database.knex());
  const housekeeping = () => createHousekeeping(database.knex(), messages, silentLog, 3);

  const newUser = async () => {
    const name = randomUUID();
    const users = createUserStore(database.knex());
    return (await users.create({ name, email: `${name}@example.org`, passwordHash: 'x' })).id;
  };
  const request = async (fingerprint?: string): Promise<KeyedRequest> => ({
    userId: await newUser(),
    keyHash: randomUUID(),
    route: 'POST /api/tasks',
    fingerprint,
  });
  const claimed = (found: ClaimedKey) => {
    assert.equal(found.state, 'claimed');
    return found;
  };
  const stateOf = async (asked: KeyedRequest) => (await store().claim(asked, 60)).state;
  /** As long ago as `age` says, for a row of one user. */
  const age = ({ userId }: KeyedRequest, by: string) =>
    database
      .knex()('idempotency_keys')
      .where({ user_id: userId })
      .update({
        created_at: database.knex().raw('created_at - ?::interval', [by]),
        claimed_until: database.knex().raw('claimed_until - ?::interval', [by]),
      });

  it('are claimed by one of many attempts at once', async () => {
    const asked = await request('f');
    const states = await Promise.all(Array.from({ length: 50 }, () => stateOf(asked)));
    assert.equal(states.filter((state) => state === 'claimed').length, 1);
    assert.equal(states.filter((state) => state === 'running').length, 49);
  });

  it('keep their answer, and know another body or route', async () => {
    const asked = await request('f');
    const { claim } = claimed(await store().claim(asked, 60));
    assert.equal(await stateOf({ ...asked, fingerprint: 'g' }), 'reused');
    await store().finish(claim, ANSWER);
    const finished = { state: 'finished', fingerprint: 'f', answer: ANSWER };
    assert.deepEqual(await store().claim(asked, 60), finished);
    assert.deepEqual(await store().claim({ ...asked, fingerprint: undefined }, 60), finished);
    assert.equal(await stateOf({ ...asked, fingerprint: 'g' }), 'reused');
    assert.equal(await stateOf({ ...asked, route: 'POST /api/convert' }), 'reused');
    assert.equal(await stateOf({ ...asked, userId: await newUser() }), 'claimed');
  });

  it('get the fingerprint of a body once it is read', async () => {
    const asked = await request();
    const { claim } = claimed(await store().claim(asked, 60));
    assert.equal(await store().bind(claim, 'f'), 'bound');
    assert.equal(await store().bind(claim, 'g'), 'reused');
    assert.equal(await store().bind({ ...claim, claim: randomUUID() }, 'f'), 'lost');
    assert.equal(await stateOf({ ...asked, fingerprint: 'g' }), 'reused');
  });

  it('are resumed under the same id after their attempt died, by the same body only', async () => {
    const asked = await request('f');
    const first = claimed(await store().claim(asked, 60));
    assert.equal(await stateOf(asked), 'running');
    await age(asked, '1 minute');
    assert.equal(await stateOf({ ...asked, fingerprint: 'g' }), 'reused');
    const second = claimed(await store().claim(asked, 60));
    assert.deepEqual(second.creation, { id: first.creation.id, isResumed: true });
    assert.equal(first.creation.isResumed, false);
    assert.equal(await store().renew(first.claim, 60), false);
    await store().finish(first.claim, ANSWER);
    assert.equal(await stateOf(asked), 'running');
  });

  it('stay claimed while their attempt renews', async () => {
    const asked = await request('f');
    const { claim } = claimed(await store().claim(asked, 60));
    await age(asked, '1 minute');
    assert.equal(await store().renew(claim, 60), true);
    assert.equal(await stateOf(asked), 'running');
  });

  it('are new again after an attempt that has made nothing, whatever comes with the key', async () => {
    const asked = await request('f');
    const { claim, creation } = claimed(await store().claim(asked, 60));
    await store().release(claim, true);
    const again = claimed(await store().claim({ ...asked, route: 'POST /other', fingerprint: 'g' }, 60));
    assert.equal(again.creation.isResumed, false);
    assert.notEqual(again.creation.id, creation.id);
  });

  it('are resumed after an attempt that may have made something, and after one that followed it', async () => {
    const asked = await request('f');
    const first = claimed(await store().claim(asked, 60));
    await store().release(first.claim, false);
    assert.equal(await stateOf({ ...asked, fingerprint: 'g' }), 'reused');
    const second = claimed(await store().claim(asked, 60));
    await store().release(second.claim, true);
    const third = claimed(await store().claim(asked, 60));
    assert.deepEqual(third.creation, { id: first.creation.id, isResumed: true });
  });

  it('are forgotten after a day, but not while their attempt still runs', async () => {
    const [done, running] = [await request('f'), await request('f')];
    const { claim, creation } = claimed(await store().claim(done, 60));
    await store().finish(claim, ANSWER);
    const other = claimed(await store().claim(running, 60));
    for (const asked of [done, running]) await age(asked, '25 hours');
    await store().renew(other.claim, 60);
    const again = claimed(await store().claim({ ...done, fingerprint: 'g' }, 60));
    assert.notEqual(again.creation.id, creation.id);
    assert.equal(again.creation.isResumed, false);
    await age(done, '25 hours');
    assert.ok((await housekeeping().removeExpiredKeys()) >= 1);
    const left = await database.knex()('idempotency_keys').pluck('user_id');
    assert.deepEqual([left.includes(done.userId), left.includes(running.userId)], [false, true]);
  });

  it('end with their user, who gets no new ones', async () => {
    const asked = await request('f');
    await store().claim(asked, 60);
    await createUserStore(database.knex()).remove(asked.userId);
    assert.equal(
      await database.knex()('idempotency_keys').where({ user_id: asked.userId }).first(),
      undefined,
    );
    await assert.rejects(store().claim(asked, 60), (error) => hasCode(error, 'unauthenticated'));
  });

  it('make one task, which is found by the id of the request', async () => {
    const tasks = createTaskStore(database.knex(), messages, silentLog);
    const requestId = randomUUID();
    const task = {
      userId: await newUser(),
      name: 'a.wav',
      originalExt: 'wav',
      requestedOutput: { format: 'mp3', options: {} },
      declaredSize: null,
      uploadExpiresAt: new Date(),
      requestId,
    };
    assert.equal(await tasks.findRequested(requestId), undefined);
    const { id } = await tasks.create(task);
    assert.equal((await tasks.findRequested(requestId))?.id, id);
    await assert.rejects(tasks.create(task), (error) => hasCode(error, 'idempotency_key_in_use'));
  });

  it('make one batch, which is found by the id of the request', async () => {
    const batches = createBatchStore(database.knex());
    const requestId = randomUUID();
    const batch = { userId: await newUser(), name: null, tasks: [], requestId };
    assert.equal(await batches.findRequested(requestId), undefined);
    await database.knex()('batches').insert({ user_id: batch.userId, request_id: requestId });
    assert.equal((await batches.findRequested(requestId))?.userId, batch.userId);
    await assert.rejects(batches.create(batch), (error) => hasCode(error, 'idempotency_key_in_use'));
  });
});
