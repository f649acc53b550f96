import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { openSnapshot } from '../../lib/adapters/database/snapshot.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import { createFolderStorage } from '../../lib/adapters/storage/nfs.ts';
import { createArchiveWriter } from '../../lib/backup/archive-writer.ts';
import { writeBackup } from '../../lib/backup/backup.ts';
import { testBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folders.ts';
import { finish, queuedTasks } from '../support/queued-tasks.ts';
import { sendRaw } from '../support/raw.ts';
import { PROBLEM, testService } from '../support/service.ts';

const MESSAGES = { transactional: true, maxMessages: Infinity, enqueue: async () => undefined };
const BYTES = { 'Content-Type': 'application/octet-stream' };
const OFFER = z.strictObject({ isOffered: z.boolean() });
const RESTORED = z.object({ files: z.int(), session: z.object({ token: z.string() }).nullable() });

describe('The restore that a fresh installation offers', function () {
  this.timeout(60_000);
  const old = testDatabase();
  const folder = temporaryFolder();
  const service = testService();
  const seen = testService();
  const closed = testService({ GUEST: 'false' });
  const path = (url: string) => `${url}/api/auth/restore`;
  const send = (url: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(path(url), { method: 'POST', headers: { ...BYTES, ...headers }, body });
  const isOffered = async (url: string, headers: Record<string, string> = {}) =>
    OFFER.parse(await (await fetch(path(url), { headers })).json()).isOffered;
  const refusal = async (answer: Response) => {
    const { status, code } = PROBLEM.parse(await answer.json());
    return [status, code];
  };

  /** The backup of a guest with one task. */
  async function backup() {
    const roots = (role: 'originals' | 'results') =>
      createFolderStorage({ root: join(folder(), role), role, own: true });
    const { enqueue, leases } = queuedTasks(old.knex(), MESSAGES);
    const guest = { name: 'guest', email: '', passwordHash: 'none' };
    const known = await old.knex()('users').first('id');
    const id = known?.id ?? (await createUserStore(old.knex()).create(guest)).id;
    const [originals, results] = [roots('originals'), roots('results')];
    const task = await enqueue(id);
    const claimed = await leases.claim({ taskId: task.id, revision: 1 }, 'worker');
    assert.ok('lease' in claimed && (await finish(leases, claimed)));
    const files = { [`${task.id}/a.wav`]: originals, [`${task.id}/1/a.mp3`]: results };
    for (const [key, storage] of Object.entries(files))
      await storage.put(key, Readable.from([Buffer.from('sound')]));
    const snapshot = await openSnapshot(old.url());
    const file = join(folder(), 'a.backup');
    const archive = createArchiveWriter(createWriteStream(file));
    await writeBackup({ snapshot, originals, results, clock: { now: () => new Date() } }, archive);
    await snapshot.close();
    await old.knex()('tasks').delete();
    return { file, bytes: Uint8Array.from(await readFile(file)) };
  }

  it('brings the tasks and the only guest back, once', async () => {
    const { bytes } = await backup();
    const url = service.url();
    assert.ok(await isOffered(url));
    const cut = await send(url, bytes.slice(0, bytes.length / 2));
    assert.deepEqual(await refusal(cut), [422, 'invalid_backup']);
    const both = await Promise.all([send(url, bytes), send(url, bytes)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    const restored = await both.find(({ ok }) => ok)?.json();
    const { files, session } = RESTORED.parse(restored);
    assert.equal(files, 2);
    const headers = { Authorization: `Bearer ${session?.token}` };
    const tasks = z
      .array(z.object({ id: z.int() }))
      .parse(await (await fetch(`${url}/api/tasks`, { headers })).json());
    const result = await fetch(`${url}/api/tasks/${tasks[0]?.id}/result`, { headers });
    assert.equal(await result.text(), 'sound');
    assert.equal(await isOffered(url), false);
    assert.deepEqual(await refusal(await send(url, bytes)), [409, 'not_empty']);
  });

  it('is for people on the same machine alone, without a proxy, from its own page', async () => {
    const url = seen.url();
    const body = Uint8Array.from(Buffer.from('no backup'));
    for (const headers of [
      { 'X-Forwarded-For': '203.0.113.7' },
      { Via: 'x' },
      { Origin: 'https://evil.example' },
    ]) {
      assert.equal(await isOffered(url, headers), false);
      assert.deepEqual(await refusal(await send(url, body, headers)), [404, 'not_found']);
    }
    const asked = { method: 'POST', target: '/api/auth/restore', body: '', headers: ['Host: evil.example'] };
    assert.equal((await sendRaw(url, asked)).status, 404);
    assert.deepEqual(await refusal(await send(url, body, { 'Content-Type': 'text/plain' })), [
      415,
      'unsupported_media_type',
    ]);
    assert.equal(await isOffered(closed.url()), false);
    assert.deepEqual(await refusal(await send(closed.url(), body)), [404, 'not_found']);
  });

  describe('stands on the first page of the console', () => {
    const browser = testBrowser();
    it('until there is a user', async () => {
      const { file } = await backup();
      const page = await browser().newPage();
      await page.goto(seen.url());
      await page.locator('label:has-text("Restore a backup") input').setInputFiles(file);
      await page.locator('li.row.processed').waitFor();
      await page.goto(seen.url());
      await page.locator('li.row.processed').waitFor();
      assert.equal(await page.getByText('Restore a backup').count(), 0);
      await page.close();
    });
  });
});
