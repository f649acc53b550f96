import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { makeTone } from '../support/audio.ts';
import { createBatch, fillBatch } from '../support/batch.ts';
import { migratedDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folders.ts';
import { openFiles } from '../support/open-files.ts';
import { testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const RESULTS = 10_000;

/** Rows of tasks that all have the result of one. */
const COPIES = `insert into tasks (user_id, name, original_ext, format, options, state, upload_expires_at, progress, result, batch_id)
  select user_id, name, original_ext, format, options, state, upload_expires_at, progress, result, batch_id
    from tasks, generate_series(2, ?) where id = ?`;

describe('Ten thousand results in one file', function () {
  this.timeout(180_000);
  const environment: NodeJS.ProcessEnv = { DATABASE: 'url' };
  before(async () => {
    environment.DATABASE_URL = await migratedDatabase();
  });
  const service = testService(environment);
  const folder = temporaryFolder();
  let user: User;
  let path: string;

  beforeEach(async () => {
    user = await service.newUser();
    const tone = join(folder(), 'a.wav');
    await makeTone(tone, 1);
    const made = await createBatch(user, ['a.wav']);
    await fillBatch(user, made, await readFile(tone));
    path = `/api/batches/${made.batch.id}/results.zip`;
    const knex = openDatabase(environment.DATABASE_URL ?? '', 1);
    await knex.raw(COPIES, [RESULTS, made.tasks[0]?.task.id ?? 0]);
    await knex.destroy();
  });

  it('leave no file open for clients that go away in the middle', async () => {
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const answer = await user.fetch(path, { signal: abort.signal });
      const reader = answer.body?.getReader();
      for (let chunks = 0; chunks < 5 * i + 1; chunks++) await reader?.read();
      abort.abort();
    }
    await until(() => !openFiles().some((file) => file.includes('/results/')));
  });

  it('come whole, in the length that the answer declares', async () => {
    const answer = await user.fetch(path);
    let [bytes, end] = [0, Buffer.alloc(0)];
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length;
      end = Buffer.concat([end, chunk]).subarray(-22);
    }
    assert.equal(answer.headers.get('content-length'), String(bytes));
    // End of central directory: the number of all entries (APPNOTE.TXT of PKWARE, 4.3.16).
    assert.deepEqual([end.readUInt32BE(0), end.readUInt16LE(10)], [0x504b0506, RESULTS]);
  });
});
