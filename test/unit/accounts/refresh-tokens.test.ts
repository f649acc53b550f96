import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { createRefreshTokens, type RefreshTokens } from '../../../lib/accounts/refresh-tokens.ts';
import { openDatabase } from '../../../lib/adapters/database/connection.ts';
import { createRefreshTokenStore } from '../../../lib/adapters/database/refresh-tokens.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { testDatabase } from '../../support/database.ts';

const RACES = 20;

/** Two pools stand for two processes: nothing but the database is common to them. */
describe('Refresh tokens', () => {
  const database = testDatabase();
  let now = new Date();
  let other: Knex;
  let [here, there]: RefreshTokens[] = [];
  let userId = 0;

  before(async () => {
    other = openDatabase(database.url(), 5);
    const person = { name: 'ann', email: 'ann@example.org', passwordHash: 'x' };
    userId = (await createUserStore(database.knex()).create(person)).id;
  });
  after(() => other.destroy());
  beforeEach(async () => {
    await database.knex()('refresh_tokens').delete();
    now = new Date();
    [here, there] = [database.knex(), other].map((knex) =>
      createRefreshTokens(createRefreshTokenStore(knex), { now: () => now }),
    );
  });

  const both = () => {
    assert.ok(here && there);
    return [here, there] as const;
  };
  const issue = () => both()[0].issue(userId);
  const rotate = async (token: string, at: 0 | 1 = 0) => (await both()[at].rotate(token))?.refreshToken;
  const successor = async (token: string) => {
    const next = await rotate(token);
    assert.ok(next);
    return next;
  };
  const later = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  const rows = () => database.knex()('refresh_tokens').select('*');

  it('answer one and the same successor to all that trade a token at once, and the session lives', async () => {
    for (let race = 0; race < RACES; race += 1) {
      const token = await issue();
      const traded = await Promise.all([0, 1, 0, 1].map((at) => rotate(token, at === 0 ? 0 : 1)));
      const [first] = traded;
      assert.ok(first);
      assert.deepEqual(new Set(traded), new Set([first]));
      later(11);
      assert.ok(await rotate(first));
    }
  });

  it('answer the successor again for ten seconds, and at the eleventh end the session', async () => {
    const token = await issue();
    const next = await successor(token);
    later(10);
    assert.equal(await rotate(token, 1), next);
    later(0.001);
    assert.equal(await rotate(token, 1), undefined);
    assert.equal(await rotate(next), undefined);
  });

  it('lead an old token to the newest within ten seconds, so that a late tab is not taken for a thief', async () => {
    const token = await issue();
    const newest = await successor(await successor(await successor(token)));
    assert.equal(await rotate(token, 1), newest);
    later(60);
    assert.ok(await rotate(newest));
  });

  it('end the session of the winner whenever a late reuse races with its rotation', async () => {
    for (let race = 0; race < RACES; race += 1) {
      const stolen = await issue();
      const live = await successor(stolen);
      later(11);
      const [reused, rotated, again] = await Promise.all([rotate(stolen, 1), rotate(live), rotate(live, 1)]);
      assert.equal(reused, undefined);
      for (const token of [live, rotated, again])
        assert.equal(token && (await rotate(token)), undefined, `race ${race}`);
    }
    assert.deepEqual(await rows(), []);
  });

  it('are all gone after a log-out, also when a rotation races with it', async () => {
    for (let race = 0; race < RACES; race += 1) {
      const token = await issue();
      const [rotated] = await Promise.all([rotate(token), both()[1].revoke(token)]);
      for (const held of [token, rotated])
        assert.equal(held && (await rotate(held)), undefined, `race ${race}`);
    }
    assert.deepEqual(await rows(), []);
  });

  it('end a session also by the reuse of a token that has expired since', async () => {
    const token = await issue();
    later(29 * 86_400);
    const next = await successor(token);
    later(2 * 86_400);
    assert.equal(await rotate(token), undefined);
    assert.equal(await rotate(next), undefined);
  });

  it('are good for thirty days, and leave other log-ins alone', async () => {
    const [token, phone] = [await issue(), await issue()];
    later(30 * 86_400);
    assert.equal(await rotate(token), undefined);
    now = new Date(now.getTime() - 86_400_000);
    assert.ok(await rotate(phone));
  });

  it('that an earlier release used, without a salt, end the session after ten seconds and not before', async () => {
    const token = await issue();
    await database.knex()('refresh_tokens').where({ user_id: userId }).update({ used_at: now });
    assert.equal(await rotate(token), undefined);
    assert.equal((await rows()).length > 0, true);
    later(11);
    assert.equal(await rotate(token), undefined);
  });

  it('are not in the database, nor is what makes a successor without the token', async () => {
    const token = await issue();
    const next = await successor(token);
    const stored = JSON.stringify(await rows());
    assert.ok(!stored.includes(token) && !stored.includes(next));
  });

  it('that were never issued are refused, whatever they are', async () => {
    for (const token of ['', 'unknown', randomUUID(), '\ud800']) assert.equal(await rotate(token), undefined);
  });
});
