import assert from 'node:assert/strict';
import { z } from 'zod';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { testDatabase } from '../support/database.ts';

describe('A pool of connections that is used up', () => {
  const database = testDatabase();

  it('refuses requests beyond those that may wait, and answers the others', async () => {
    const knex = openDatabase(database.url(), 1);
    const transaction = await knex.transaction();
    const ask = async () => (await knex.raw<{ rows: unknown[] }>('select 1 as one')).rows.length;
    // The first thousand wait for the transaction.
    const asked = Array.from({ length: 1005 }, ask);
    const refused = await Promise.allSettled(asked.slice(1000));
    for (const one of refused) {
      assert.ok(one.status === 'rejected' && hasCode(one.reason, 'unavailable'));
      assert.equal(one.reason.retryAfter, 5);
    }
    await transaction.commit();
    const answered = await Promise.all(asked.slice(0, 1000));
    assert.ok(answered.every((rows) => rows === 1));
    await knex.destroy();
  });

  it('says that a server which does not answer is away for now', async () => {
    const { hostname } = new URL(database.url());
    const knex = openDatabase(`postgres://nobody@${hostname || '127.0.0.1'}:1/none`, 1);
    const refused = await Promise.allSettled([knex.raw('select 1')]);
    const { reason } = z.object({ reason: z.instanceof(Error) }).parse(refused[0]);
    assert.ok(hasCode(reason, 'unavailable'));
    await knex.destroy();
  });
});
