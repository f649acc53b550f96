import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { SHARED_ROOT } from '../../lib/adapters/embedded-postgres/binaries.ts';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { startEmbedded } from '../../lib/adapters/embedded-postgres/shared-server.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('The embedded database', () => {
  const folder = temporaryFolder();

  it('is stopped by the last process that leaves it, also when its folder was removed meanwhile', async function () {
    // For an ordinary user the server's own files are in that folder; it then ends by itself within a minute.
    if (process.getuid?.() !== 0) this.skip();
    const data = join(folder(), 'postgres');
    const { url, stop } = await startEmbedded(data);
    const away = join(folder(), 'away');
    await rename(data, away);
    await stop();
    await assert.rejects(new pg.Client({ connectionString: url }).connect(), {
      code: /^(ECONNREFUSED|ENOENT)$/,
    });
    await removeCluster(away);
  });

  it('is reached through a socket in its own folder, which takes less of the processor than loopback', async function () {
    // For an ordinary user the path may be too long for a socket.
    if (process.getuid?.() !== 0) this.skip();
    const { url, stop } = await startEmbedded(join(folder(), 'postgres'));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('select inet_server_addr() as address');
    assert.deepEqual(rows, [{ address: null }]);
    await client.end();
    await stop();
    await removeCluster(join(folder(), 'postgres'));
  });

  it('is removed at the next start of another, where root kept it for a data folder that was removed', async function () {
    if (process.getuid?.() !== 0 || process.platform !== 'linux') this.skip();
    this.timeout(60_000);
    const [data, other] = [join(folder(), 'postgres'), join(folder(), 'other')];
    const server = await startEmbedded(data);
    const cluster = join(SHARED_ROOT, await readFile(join(data, 'cluster'), 'utf8'));
    await rm(data, { recursive: true });
    const second = await startEmbedded(other);
    assert.ok(existsSync(cluster), 'its server still runs');
    await server.stop();
    await second.stop();
    await (await startEmbedded(other)).stop();
    assert.ok(!existsSync(cluster));
    await removeCluster(other);
  });
});
