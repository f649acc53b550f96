import assert from 'node:assert/strict';
import pg from 'pg';
import { mustBeMigrated } from '../../../../lib/adapters/database/connection.ts';
import { prepareDatabase } from '../../../../lib/app/open-database.ts';
import { loadConfig } from '../../../../lib/config/config.ts';
import { silentLog } from '../../../../lib/runtime/log.ts';
import { testDatabase } from '../../../support/database.ts';
import { EVERY, ROLES } from '../../../terraform/readers.ts';

const NAMES = [...new Set([...EVERY, ...ROLES])];

/** Logins belong to the server, which other tests share; these are for this file alone. */
const loginOf = (name: string) => `grants-${name}@project.iam`;

const READERS = NAMES.filter((name) => name !== 'site');

/** All but the function that runs programs on files of users. */
const KEEPERS = READERS.filter((name) => name !== 'convert');

/** A statement that shows a right, and who has it. */
const RIGHTS: readonly [statement: string, who: readonly string[]][] = [
  ['select password_hash from users', ['auth', 'tasks', 'api']],
  ['delete from refresh_tokens', ['auth', 'tasks', 'sweep', 'api', 'worker']],
  ['delete from idempotency_keys', ['auth', 'tasks', 'sweep', 'api', 'worker']],
  ['select points from rate_limits', ['auth', 'tasks', 'convert', 'sweep', 'api', 'worker']],
  ['delete from rate_limits', ['auth', 'tasks', 'sweep', 'api', 'worker']],
  ['delete from api_keys', ['auth', 'tasks', 'api']],
  ['delete from invitations', ['auth', 'tasks', 'api']],
  ['select limits from user_limits', READERS],
  ['update user_limits set group_id = null', KEEPERS],
  ['delete from presets', ['tasks', 'api']],
  ['select secret from webhooks', ['tasks', 'sweep', 'api', 'worker']],
  ['delete from webhook_deliveries', ['tasks', 'sweep', 'api', 'worker']],
  ['update tasks set progress = 0', READERS],
  ['update tasks set user_id = 1', KEEPERS],
  ['delete from tasks', KEEPERS],
  ['delete from batches', KEEPERS],
  ['select url from transfers', ['tasks', 'transfer', 'api', 'worker']],
  ['select task_id from transfers where due_at <= now()', READERS],
  ['update transfers set due_at = now()', READERS],
  ["select nextval('tasks_id_seq')", KEEPERS],
  ['select name from migrations', READERS],
  ['select deliveries_are_due()', NAMES],
  ['select 1', NAMES],
  ['alter table tasks add column x int', []],
  ['drop table tasks', []],
  ['delete from migrations', []],
  ['create table public.mine (id int)', []],
];

describe('The rights that npm run migrate grants', () => {
  const database = testDatabase();

  before(async () => {
    for (const name of NAMES) await database.knex().raw(`create role "${loginOf(name)}"`);
    const logins = Object.fromEntries(NAMES.map((name) => [name, loginOf(name)]));
    const config = loadConfig({ DATABASE_GRANTS: JSON.stringify(logins) });
    // Granting again does no harm.
    for (const _ of [1, 2]) await prepareDatabase(config, database.url(), silentLog);
  });

  for (const name of NAMES) {
    it(`let ${name} do what it needs, and nothing else`, async () => {
      const may = [];
      for (const [statement] of RIGHTS) if (await succeeds(name, statement)) may.push(statement);
      const expected = RIGHTS.filter(([, who]) => who.includes(name)).map(([statement]) => statement);
      assert.deepEqual(may, expected);
    });
  }

  it('let each that uses the tables see at its start that they are of this release', async () => {
    for (const name of NAMES.filter((one) => one !== 'site')) {
      const transaction = await database.knex().transaction();
      await transaction.raw(`set local role "${loginOf(name)}"`);
      await mustBeMigrated(transaction);
      await transaction.rollback();
    }
  });

  /** In the name of a login, and taken back. */
  async function succeeds(name: string, statement: string): Promise<boolean> {
    const transaction = await database.knex().transaction();
    try {
      await transaction.raw(`set local role "${loginOf(name)}"`);
      await transaction.raw(statement);
      return true;
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === '42501') return false;
      throw error;
    } finally {
      await transaction.rollback();
    }
  }
});
