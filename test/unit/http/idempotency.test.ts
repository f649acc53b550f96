import assert from 'node:assert/strict';
import type { MiddlewareHandler } from 'hono';
import sinon from 'sinon';
import { createIdempotencyStore } from '../../../lib/adapters/database/idempotency-keys.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import type { RouterEnv } from '../../../lib/http/bearer-auth.ts';
import { createIdempotency } from '../../../lib/http/idempotency.ts';
import { createHttp, jsonBody } from '../../../lib/http/router.ts';
import type { Creation } from '../../../lib/ports/idempotency.ts';
import { AppError } from '../../../lib/runtime/errors.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { createTextSealer } from '../../../lib/runtime/sealed-text.ts';
import { testDatabase } from '../../support/database.ts';

describe('An attempt under an Idempotency-Key', () => {
  const database = testDatabase();
  let userId = 0;
  before(async () => {
    const person = { name: 'ann', email: 'ann@example.org', passwordHash: 'x' };
    userId = (await createUserStore(database.knex()).create(person)).id;
  });

  /** A route whose handler does `work`, with the creation of its attempt. */
  function route(
    work: (creation: Creation | undefined) => Promise<number>,
    secrets = 'secret',
    store = createIdempotencyStore(database.knex()),
  ) {
    const idempotency = createIdempotency({
      store,
      sealer: async () => createTextSealer(() => [secrets]),
      formBytes: 1000,
      log: silentLog,
    });
    const asAnn: MiddlewareHandler<RouterEnv> = async (c, next) => {
      c.set('principal', { userId, email: 'ann@example.org', scopes: [] });
      await next();
    };
    const http = createHttp(silentLog);
    http.on('POST', ['/things'], asAnn, ...jsonBody(), idempotency.json, async (c) => {
      const made = await work(c.get('keyed')?.creation);
      return c.json({ made }, 201, { Location: `/things/${made}` });
    });
    return (key: string) =>
      http.request('/things', {
        method: 'POST',
        body: '{"a":1}',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      });
  }

  it('keeps status and headers of its answer', async () => {
    const work = sinon.stub().resolves(7);
    const send = route(work);
    for (const replayed of [null, 'true']) {
      const answer = await send('kept');
      assert.deepEqual([answer.status, await answer.json()], [201, { made: 7 }]);
      assert.equal(answer.headers.get('location'), '/things/7');
      assert.equal(answer.headers.get('idempotent-replayed'), replayed);
    }
    assert.equal(work.callCount, 1);
  });

  it('that fails by the service is made again, as a continuation of the same request', async () => {
    const work = sinon.stub().resolves(7);
    work.onFirstCall().rejects(new Error('broken'));
    work.onSecondCall().rejects(new AppError('unavailable', 'Later.'));
    const send = route(work);
    assert.deepEqual([(await send('5xx')).status, (await send('5xx')).status], [500, 503]);
    assert.equal((await send('5xx')).status, 201);
    const [first, ...others] = work.args.map(([creation]) => creation);
    assert.equal(first.isResumed, false);
    for (const creation of others) assert.deepEqual(creation, { id: first.id, isResumed: true });
  });

  it('that is refused is made again as another request', async () => {
    const work = sinon.stub().resolves(7);
    work.onFirstCall().rejects(new AppError('taken', 'Taken.'));
    const send = route(work);
    assert.deepEqual([(await send('4xx')).status, (await send('4xx')).status], [409, 201]);
    const [first, second] = work.args.map(([creation]) => creation);
    assert.notEqual(first.id, second.id);
    assert.equal(second.isResumed, false);
  });

  it('renews its claim while it works, and no longer', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const store = createIdempotencyStore(database.knex());
    const renew = sinon.spy(store, 'renew');
    let renewed: boolean[] = [];
    try {
      const send = route(
        async () => {
          clock.tick(35_000);
          renewed = await Promise.all(renew.returnValues);
          return 7;
        },
        'secret',
        store,
      );
      assert.equal((await send('slow')).status, 201);
      assert.deepEqual(renewed, [true, true, true]);
      clock.tick(60_000);
      assert.equal(renew.callCount, 3);
    } finally {
      clock.restore();
    }
  });

  it('says so if the secrets of its answer are no longer known', async () => {
    await route(async () => 7)('unreadable');
    const answer = await route(async () => 7, 'another')('unreadable');
    assert.equal(answer.status, 422);
    assert.match(await answer.text(), /keys of the service were replaced/);
  });
});
