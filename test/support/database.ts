import type { Knex } from 'knex';
import { migrate, openDatabase } from '../../lib/adapters/database/connection.ts';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { startEmbedded } from '../../lib/adapters/embedded-postgres/shared-server.ts';
import { newFolder } from './folders.ts';

/** A real PostgreSQL with the schema of this release, for the `describe` it is called in. */
export function testDatabase(): { url(): string; knex(): Knex } {
  let found: { url: string; knex: Knex } | undefined;
  let end: (() => Promise<void>) | undefined;
  before(async function () {
    this.timeout(60_000);
    const folder = await newFolder();
    const server = await startEmbedded(folder);
    await migrate(server.url);
    const knex = openDatabase(server.url, 5);
    found = { url: server.url, knex };
    end = async () => {
      await knex.destroy();
      await server.stop();
      await removeCluster(folder);
    };
  });
  after(async function () {
    this.timeout(30_000);
    await end?.();
  });
  const there = () => {
    if (!found) throw new TypeError('the database is there only while tests run');
    return found;
  };
  return { url: () => there().url, knex: () => there().knex };
}
