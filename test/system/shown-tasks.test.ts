import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import { TASK, taskJson } from '../../lib/http/schemas/task.ts';
import { TASK_STATES, type TaskPage } from '../../lib/ports/tasks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { recordedMessages } from '../support/recorded-queue.ts';

describe('A task as JSON of the texts of PostgreSQL', () => {
  const database = testDatabase();
  const { messages } = recordedMessages({ transactional: true });
  const store = () => createTaskStore(database.knex(), messages, silentLog);
  const email = `o'"\\é\u2028${randomUUID()}@example.org`;
  let owner: { userId: number; email: string };

  before(async () => {
    const { id } = await createUserStore(database.knex()).create({ name: email, email, passwordHash: 'x' });
    owner = { userId: id, email };
    for (const columns of ROWS)
      await database
        .knex()('tasks')
        .insert({ ...ROW, ...columns, user_id: id });
  });

  it('equals what the process makes of the same row, member by member', async () => {
    const shown = await store().list(owner, { limit: 100, descending: false });
    assert.equal(shown.length, ROWS.length);
    for (const { id, json } of shown) {
      const task = await store().find(id);
      assert.ok(task);
      const made = taskJson(task, email);
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(made)));
      assert.deepEqual(Object.keys(JSON.parse(json)), Object.keys(made));
      assert.deepEqual(Object.keys(JSON.parse(json)).sort(), Object.keys(TASK.shape).sort());
      assert.equal(await store().show(owner, id), json);
    }
  });

  it('shows times in UTC, whatever the time zone of the database', async () => {
    const url = new URL(database.url());
    url.searchParams.set('options', '-c TimeZone=Asia/Kolkata');
    const elsewhere = openDatabase(url.href, 1);
    try {
      const there = createTaskStore(elsewhere, messages, silentLog);
      const page = { limit: 100, descending: false };
      assert.deepEqual(await there.list(owner, page), await store().list(owner, page));
    } finally {
      await elsewhere.destroy();
    }
  });

  it('comes in pages by any mixture of state, batch, order and place', async () => {
    const rows = (await store().list(owner, { limit: 100, descending: false })).map(({ id, json }) => ({
      id,
      ...JSON.parse(json),
    }));
    const middle = rows[3]?.id ?? 0;
    const filters = [undefined, ...TASK_STATES].flatMap((state) =>
      [undefined, BATCH].map((batchId) => ({ ...(state && { state }), ...(batchId && { batchId }) })),
    );
    for (const filter of filters) {
      for (const after of [undefined, middle]) {
        for (const descending of [false, true]) {
          const page: TaskPage = { limit: 3, descending, ...filter, ...(after && { after }) };
          const expected = (descending ? rows.toReversed() : rows)
            .filter((row) => filter.state === undefined || row.state === filter.state)
            .filter((row) => filter.batchId === undefined || row.batchId === filter.batchId)
            .filter(({ id }) => after === undefined || (descending ? id < after : id > after))
            .slice(0, 3);
          const found = await store().list(owner, page);
          assert.deepEqual(
            found.map(({ id }) => id),
            expected.map(({ id }) => id),
            JSON.stringify(page),
          );
        }
      }
    }
  });
});

const MEDIA = {
  container: 'wav',
  codec: 'pcm_s16le',
  duration: 1.000_000_1,
  sampleRate: 44_100,
  channels: 2,
  channelLayout: null,
  bitDepth: 16,
  bitrate: null,
  tags: { title: ['a "quoted" \\ name', '\u0001\u2028'], ключ: ['значение'] },
  coverArt: false,
  chapters: [{ start: 0, end: 1.5, title: null }],
  loudness: { integrated: -70.1, truePeak: -0.5, range: 0 },
  tracks: [],
  chunks: [],
};

/** Media information as an earlier release stored it. */
const { chapters: _chapters, chunks: _chunks, tracks: _tracks, ...OLD } = MEDIA;
const EARLIER = { ...OLD, tags: { title: 'one text', album_artist: 'x' } };

/** A row of `tasks` with little in it. */
const ROW = {
  name: 'a.wav',
  original_ext: 'wav',
  format: 'mp3',
  options: {},
  state: 'UPLOADED',
  upload_expires_at: new Date(),
};

/** Batch of some rows. */
const BATCH = 7;

/** Every kind of value that a column may have. */
const ROWS = [
  { batch_id: BATCH },
  { state: 'AWAITING_UPLOAD', name: '"\\/\b\f\n\r\t\u007f\u2028😀 é.wav' },
  { options: { bitrate: 128_000, tags: { title: 'x', empty: null, list: [1, 'a', false] } }, progress: 0.1 },
  { state: 'PROCESSING', progress: 1e-7, media: MEDIA, started_at: '2026-01-02T03:04:05.006999Z' },
  { state: 'PROCESSED', progress: 1, created_at: '2026-02-28T23:59:59.9999+14:00', media: MEDIA },
  {
    state: 'PROCESSED',
    result: {
      ...{ key: '1/1/a.mp3', size: 2 ** 40, media: MEDIA },
      warnings: [{ code: 'truncated', message: 'It is shorter.', seconds: 0.25 }],
      adaptations: [
        { property: 'sampleRate', from: 192_000, to: '48000', reason: 'The format has no such rate.' },
      ],
    },
    finished_at: '1999-12-31T23:59:59.001Z',
  },
  {
    state: 'PROCESSED',
    result: { key: '1/1/a.mp3', size: 1, media: MEDIA, copied: true, warnings: [], adaptations: [] },
  },
  {
    state: 'PROCESSED',
    media: EARLIER,
    result: { key: '1/1/a.mp3', size: 1, media: EARLIER, warnings: ['A sentence.'], adaptations: [] },
  },
  { batch_id: BATCH, state: 'PROCESSED', progress: 1 },
  { batch_id: BATCH, state: 'FAILED' },
  { batch_id: BATCH + 1, state: 'FAILED' },
  { state: 'FAILED', error: { code: 'not_audio', message: 'This is "not" audio.' }, revision: 7 },
  { state: 'EXPIRED', checksums: {} },
  { checksums: { crc32c: 'yZRlqg==' } },
  { checksums: { sha256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' } },
  { checksums: { crc32c: 'yZRlqg==', md5: 'x', sha256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' } },
];
