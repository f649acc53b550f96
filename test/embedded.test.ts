import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../lib/db/embedded.ts';
import { removeCluster } from './database.ts';
import { temporaryFolder } from './folders.ts';

describe('The embedded database', () => {
  const folder = temporaryFolder();

  it('is stopped by the last to leave, also when its folder was removed meanwhile', async function () {
    // For an ordinary user the server's own files are in that folder; it then ends by itself within a minute.
    if (process.getuid?.() !== 0) this.skip();
    const data = join(folder(), 'postgres');
    const { url, stop } = await startEmbedded(data);
    const away = join(folder(), 'away');
    await rename(data, away);
    await stop();
    await assert.rejects(new pg.Client({ connectionString: url }).connect(), { code: 'ECONNREFUSED' });
    await removeCluster(away);
  });
});
