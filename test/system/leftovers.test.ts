import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../lib/adapters/embedded-postgres/shared-server.ts';
import { newFolder } from '../support/folders.ts';
import { clearLeftovers } from '../support/leftovers.ts';

describe('Files of an aborted test run', () => {
  it('are removed with the database that still runs on them, and those of a live run stay', async function () {
    this.timeout(60_000);
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = join(tmpdir(), `tonemill-test-${pid}-dead`);
    await mkdir(dead);
    const { url } = await startEmbedded(join(dead, 'postgres'));
    const live = await newFolder();
    await clearLeftovers();
    assert.deepEqual([existsSync(dead), existsSync(live)], [false, true]);
    await assert.rejects(new pg.Client({ connectionString: url }).connect(), {
      code: /^(ECONNREFUSED|ENOENT)$/,
    });
    await rm(live, { recursive: true });
  });
});
