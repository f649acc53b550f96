import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { testDatabase } from '../support/database.ts';
import { testService, type User } from '../support/service.ts';
import { testPages } from '../support/watched-page.ts';

/** Rows that the page may have at one time. */
const MOST = 60;

const SUM = { tasks: 100_000, batches: 30 };

/** Tasks that are loaded by scrolling, of pages of 200. */
const DEPTH = 3000;

describe('The list of the console', function () {
  this.timeout(60_000);
  const database = testDatabase();
  const service = testService({
    DATABASE: 'url',
    get DATABASE_URL() {
      return database.url();
    },
  });
  const browser = testPages();
  let user: User;
  before(async () => {
    user = await service.newUser();
    await database.knex().transaction(async (transaction) => {
      // Triggers would send an event for each row.
      await transaction.raw('set local session_replication_role = replica');
      await transaction.raw(INSERT, SUM);
    });
    await database.knex().raw('analyze tasks');
  });

  async function open(): Promise<Page & { found: string[] }> {
    // A refresh token is valid once.
    const page = await browser.openAs(await user.again(), service.url());
    await page.getByRole('heading', { name: 'Your files' }).waitFor();
    return page;
  }
  const names = (page: Page) => page.locator('.row .file-name').allInnerTexts();
  const row = (page: Page, name: string) =>
    page.getByRole('link', { name: `Details of ${name}`, exact: true });

  it('has few rows in the page at any depth of a hundred thousand tasks, and at their other end', async () => {
    const page = await open();
    const place = async () => Number(await page.locator('.row').last().getAttribute('aria-posinset'));
    while ((await place()) < DEPTH) {
      await page.evaluate('scrollTo(0, document.body.scrollHeight)');
      assert.ok((await page.locator('.row').count()) < MOST);
    }
    await page.evaluate('scrollTo(0, 0)');
    await page.getByLabel('Order').selectOption('Oldest first');
    await row(page, 'sound 1.wav').waitFor();
    assert.ok((await page.locator('.row').count()) < MOST);
    assert.deepEqual(page.found, []);
  });

  it('finds names that it has not loaded, and limits by state and format', async () => {
    const page = await open();
    await page.getByLabel('Search by name').fill('SOUND 9777');
    await row(page, 'sound 9777.wav').waitFor();
    assert.equal(await page.locator('.row').count(), 11);
    await page.getByLabel('State').selectOption('Failed');
    await page.getByText('No file fits.').waitFor();
    await page.getByLabel('Search by name').fill('');
    await row(page, 'sound 99950.wav').waitFor();
    await page.getByLabel('State').selectOption('All states');
    await page.getByLabel('Format', { exact: true }).selectOption('opus');
    await row(page, 'sound 99996.wav').waitFor();
    assert.deepEqual((await names(page)).slice(0, 2), ['sound 99996.wav', 'sound 99989.wav']);
    assert.deepEqual(page.found, []);
  });

  it('sorts by name and by size, and puts a new task at its place', async () => {
    const page = await open();
    await page.getByLabel('Order').selectOption('Name, A to Z');
    await row(page, 'sound 10.wav').waitFor();
    assert.deepEqual((await names(page)).slice(0, 3), ['sound 1.wav', 'sound 10.wav', 'sound 100.wav']);
    const made = await user.fetch('/api/tasks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ filename: 'sound 1 again.wav', newFormat: 'mp3' }),
    });
    assert.equal(made.status, 200);
    await page.locator('[aria-posinset="1"]', { hasText: 'sound 1 again.wav' }).waitFor();
    await page.getByLabel('Order').selectOption('Largest first');
    await page.locator('[aria-posinset="1"]', { hasText: 'sound 100000.wav' }).waitFor();
    assert.deepEqual(page.found, []);
  });

  it('shows batches, their files, and removes one', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'Batches' }).click();
    await page.getByRole('button', { name: 'Show files of Album 30' }).waitFor();
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await page.getByRole('button', { name: 'Show files of Album 1', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show files of Album 29' }).click();
    await row(page, 'sound 29.wav').waitFor();
    assert.deepEqual(await names(page), ['sound 59.wav', 'sound 29.wav']);
    await page.getByRole('button', { name: 'Leave the batch Album 29' }).click();
    await page.getByRole('link', { name: 'Batches' }).click();
    await page.getByRole('button', { name: 'Join the files of Album 28 to one' }).click();
    const join = page.getByRole('listitem').filter({ hasText: 'Album 28' });
    await join.getByRole('button', { name: 'Move sound 28.wav down' }).click();
    assert.deepEqual(await join.locator('.tracks .file-name').allInnerTexts(), [
      'sound 58.wav',
      'sound 28.wav',
    ]);
    await join.getByLabel('Format', { exact: true }).selectOption('flac');
    await join.getByLabel('Crossfade (s)').fill('0.5');
    await join.getByLabel('Title').fill('The whole');
    await join.getByRole('button', { name: 'Join 2 files to one FLAC' }).click();
    await page.getByText('The files of Album 28 become one file.').waitFor();
    const [made] = JOINS.parse(await (await user.fetch('/api/tasks?order=1&max=1')).json());
    assert.equal(made?.convertedExt, 'flac');
    const list = await (await user.fetch(`/api/tasks/${made.id}/original`)).text();
    assert.match(list, /\[58,\s*28\]/);
    assert.match(list, /"crossfade":\s*0\.5/);
    assert.match(list, /The whole/);
    await page.getByRole('button', { name: 'Delete Album 29' }).click();
    await page.getByRole('button', { name: 'Delete 2 files for good' }).click();
    await page.getByText('The batch Album 29 is deleted.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Show files of Album 29' }).count(), 0);
    assert.equal((await user.fetch('/api/batches/29')).status, 404);
    assert.deepEqual(page.found, []);
  });
});

const JOINS = z.array(z.object({ id: z.number(), convertedExt: z.string() }));

/** Tasks of the first user with results of rising size; each of the first batches has two of them. */
const INSERT = `with made as (
  insert into batches (user_id, name) select 1, 'Album ' || n from generate_series(1, :batches) n
)
insert into tasks (user_id, batch_id, name, original_ext, format, options, state, upload_expires_at, progress, media, result, error)
select 1, case when n <= 2 * :batches then 1 + (n - 1) % :batches end, 'sound ' || n || '.wav', 'wav',
  case when n % 7 = 1 then 'opus' else 'mp3' end, '{}', state, now(), 1, media,
  case when state = 'PROCESSED' then jsonb_build_object('key', n || '/1/a.mp3', 'size', n, 'media', media,
    'copied', false, 'warnings', '[]'::jsonb, 'adaptations', '[]'::jsonb) end,
  case when state = 'FAILED' then '{"code": "damaged", "message": "It is damaged."}'::jsonb end
from generate_series(1, :tasks) n,
  lateral (select case when n % 100 = 50 then 'FAILED' else 'PROCESSED' end as state) states,
  lateral (select '{"container": "wav", "codec": "pcm_s16le", "duration": 61.5, "sampleRate": 44100, "channels": 2,
    "channelLayout": "stereo", "bitDepth": 16, "bitrate": 1411200, "tags": {}, "coverArt": false, "pictures": [],
    "chapters": [], "chunks": [], "tracks": [], "loudness": null}'::jsonb as media) media`;
