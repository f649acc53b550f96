import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { migrate, openDatabase } from '../lib/db/database.ts';
import { startEmbedded } from '../lib/db/embedded.ts';
import { SHARED_ROOT } from '../lib/db/postgres-binaries.ts';
import { stopServer } from '../lib/db/postgres-stop.ts';
import { isErrno } from '../lib/errors.ts';
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

/** Removes a data folder of the embedded PostgreSQL, and the cluster that root keeps elsewhere; nothing runs on it then. */
export async function removeCluster(folder: string): Promise<void> {
  const path = join(folder, 'cluster');
  const name = process.getuid?.() === 0 ? await readName(path) : undefined;
  const cluster = name ? join(SHARED_ROOT, name) : path;
  await stopServer({ folder: cluster });
  await rm(cluster, { recursive: true, force: true });
  if (name) await rm(join(SHARED_ROOT, 'data-folders', name), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** The name of one cluster and nothing else: an empty one would be the root of them all. */
async function readName(path: string): Promise<string | undefined> {
  try {
    const name = await readFile(path, 'utf8');
    return /^[0-9a-f-]{36}$/.test(name) ? name : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'EISDIR')) return undefined;
    throw error;
  }
}
