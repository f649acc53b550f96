import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { migrate, mustBeMigrated, openDatabase } from '../../../../lib/adapters/database/connection.ts';
import {
  LATEST_COLUMN,
  MIGRATION_NAMES,
  migrationSource,
} from '../../../../lib/adapters/database/migrations.ts';
import { testDatabase } from '../../../support/database.ts';
import { newDatabase } from '../../../support/vm.ts';

/** What a release writes by: a column, or a rule over several. */
interface Rule {
  name: string;
  /** All that an insert or update of the release before could run into. */
  form: string;
  /** Whether that release may leave it out. */
  optional: boolean;
}

describe('Migrations', () => {
  const database = testDatabase();
  let knex: Knex;
  before(async () => {
    knex = openDatabase(await newDatabase(database.url()), 1);
  });
  after(() => knex.destroy());

  it('only expand: the release before works on with what each of them leaves', async () => {
    const config = { migrationSource, tableName: 'migrations' };
    let before = new Map<string, Rule>();
    for (const migration of MIGRATION_NAMES) {
      await knex.migrate.up(config);
      const now = await rules(knex);
      for (const [name, { form }] of before) assert.equal(now.get(name)?.form, form, `${migration}: ${name}`);
      const tables = new Set([...before.keys()].map(tableOf));
      for (const { name, optional } of now.values()) {
        const added = !before.has(name) && tables.has(tableOf(name));
        assert.ok(!added || optional, `${migration} asks the release before for ${name}`);
      }
      before = now;
    }
    assert.ok(before.has('tasks.state'));
  });

  it('can each be taken back', async () => {
    const config = { migrationSource, tableName: 'migrations' };
    for (const _ of MIGRATION_NAMES) await knex.migrate.down(config);
    assert.deepEqual([...(await rules(knex)).keys()], []);
  });
});

describe('A database of a development version, made before 001_schema got its last column', () => {
  const database = testDatabase();

  it('is refused with a sentence that says what to do', async () => {
    await mustBeMigrated(database.knex());
    const { table, column } = LATEST_COLUMN;
    await database.knex().schema.alterTable(table, (changed) => changed.dropColumn(column));
    const refused = { code: 'misconfigured', message: /Remove the data folder/ };
    await assert.rejects(migrate(database.url()), refused);
    await assert.rejects(mustBeMigrated(database.knex()), refused);
  });
});

function tableOf(name: string): string {
  return name.split('.')[0] ?? '';
}

/** Columns, and constraints and unique indexes, which are never optional. */
async function rules(knex: Knex): Promise<Map<string, Rule>> {
  const columns = await knex('information_schema.columns')
    .where({ table_schema: 'public' })
    .whereNotIn('table_name', ['migrations', 'migrations_lock'])
    .select('table_name', 'column_name', 'data_type', 'is_nullable', 'column_default');
  const found: Rule[] = columns.map((column) => ({
    name: `${column.table_name}.${column.column_name}`,
    form: `${column.data_type} ${column.is_nullable} ${column.column_default}`,
    optional: column.is_nullable === 'YES' || column.column_default !== null,
  }));
  const { rows } = await knex.raw(`
    select conrelid::regclass || '.' || conname as name, pg_get_constraintdef(oid) as form from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u', 'x')
    union select tablename || '.' || indexname, indexdef from pg_indexes
      where schemaname = 'public' and indexdef like 'CREATE UNIQUE%' and tablename not like 'migrations%'`);
  for (const { name, form } of rows) found.push({ name, form, optional: false });
  return new Map(found.map((rule) => [rule.name, rule]));
}
