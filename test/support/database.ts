import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import pg from 'pg';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { startEmbedded } from '../../lib/adapters/embedded-postgres/shared-server.ts';
import { prepareDatabase } from '../../lib/app/open-database.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { lazy } from '../../lib/runtime/lazy.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { newFolder } from './folders.ts';

/** Database with the tables and the queue of this release and no rows, which each new database is a copy of. */
const TEMPLATE = 'migrated';

/** The PostgreSQL of this process. All tests share one server, because a server takes more than a second to start. */
const shared = lazy(async () => {
  const folder = await newFolder();
  const server = await startEmbedded(folder);
  await prepareDatabase(loadConfig({}), await createDatabase(server.url, TEMPLATE), silentLog);
  return { folder, server };
});

/** Stops the shared server, if a test has started it, and removes its files. */
export async function stopSharedServer(): Promise<void> {
  const started = await shared.made();
  if (!started) return;
  await started.server.stop();
  await removeCluster(started.folder);
}

/** Creates a database with the schema of this release on the shared server; returns its URL. */
export async function migratedDatabase(): Promise<string> {
  const { server } = await shared();
  return createDatabase(server.url, `test-${randomUUID()}`, TEMPLATE);
}

/** A real PostgreSQL with the schema of this release: one database for the `describe` that calls this. */
export function testDatabase(): { url(): string; knex(): Knex } {
  let found: { url: string; knex: Knex } | undefined;
  before(async function () {
    this.timeout(60_000);
    const url = await migratedDatabase();
    found = { url, knex: openDatabase(url, 5) };
  });
  after(() => found?.knex.destroy());
  const there = () => {
    if (!found) throw new TypeError('the database is there only while tests run');
    return found;
  };
  return { url: () => there().url, knex: () => there().knex };
}

/**
 * Creates a database on the server of `url`; returns its URL.
 * @param template database that it is a copy of
 */
export async function createDatabase(url: string, name: string, template = 'template1'): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const [database, source] = [name, template].map((text) => client.escapeIdentifier(text));
    await client.query(`create database ${database} template ${source}`);
  } finally {
    await client.end();
  }
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
