import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createReceivedBytesStore } from '../../lib/adapters/database/received-bytes.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../lib/adapters/database/uploads.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import { createFolderStorage } from '../../lib/adapters/storage/nfs.ts';
import { createPartialFiles } from '../../lib/adapters/storage/nfs-partial-files.ts';
import { createFolderUploads } from '../../lib/adapters/storage/nfs-uploads.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { type ErrorCode, hasCode } from '../../lib/runtime/errors.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { PIECE, type Piece } from '../../lib/uploads/piece.ts';
import { createResumableUploads, type ResumableUploads } from '../../lib/uploads/resumable-upload.ts';
import { testDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordedMessages } from '../support/recorded-queue.ts';
import { until } from '../support/until.ts';

const FILE = randomBytes(3 * PIECE + 1234);
const TOTAL = FILE.length;
const NOTHING_SAID = { total: undefined, fileHashes: {} };
const STEP = 16 * PIECE;

describe('Pieces of an upload', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  const { messages } = recordedMessages({ transactional: false });
  const tasks = () => createTaskStore(database.knex(), messages, silentLog);

  /** What one process has; several share a database and a folder. */
  const newProcess = (): ResumableUploads => {
    const root = { root: join(folder(), 'originals'), role: 'originals', own: true } as const;
    const [originals, partials] = [createFolderStorage(root), createPartialFiles(root)];
    return createResumableUploads({
      store: tasks(),
      receivedBytes: createReceivedBytesStore(database.knex()),
      uploadStore: createUploadStore(database.knex()),
      uploads: createFolderUploads({ originals, partials, sign: async () => 'token' }),
      partials,
      uploadBytes: async () => 64 * 1024 * 1024,
      places: (_userId, work) => work(),
      newWriter: randomUUID,
    });
  };
  const opened = async (): Promise<Task> => {
    const email = `${randomUUID()}@example.org`;
    const user = await createUserStore(database.knex()).create({ name: email, email, passwordHash: 'x' });
    const task = await tasks().create({
      ...{
        userId: user.id,
        name: 'a.wav',
        originalExt: 'wav',
        requestedOutput: { format: 'mp3', options: {} },
      },
      declaredSize: null,
      uploadExpiresAt: new Date(Date.now() + 60_000),
    });
    await createUploadStore(database.knex()).recordSession(task.id, String(task.id));
    return task;
  };
  const piece = (start: number, end: number | undefined, more: Partial<Piece> = {}): Piece => ({
    ...{ start, end, total: TOTAL, last: end === undefined || end === TOTAL, fileHashes: {}, bodyHashes: {} },
    ...more,
  });
  const stored = ({ id }: Task) => readFile(join(folder(), 'originals', String(id), 'a.wav'));
  const refuses = (work: Promise<unknown>, code: ErrorCode) =>
    assert.rejects(work, (error) => hasCode(error, code) || assert.fail(String(error)));
  const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('base64');

  for (const sent of [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, TOTAL - 1]) {
    for (const [what, announcedEnd, total] of [
      ['known', TOTAL, TOTAL],
      ['unknown', undefined, undefined],
    ] as const) {
      it(`are kept in multiples of 256 KiB where ${sent} bytes of a file of ${what} size came`, async () => {
        const [uploads, task] = [newProcess(), await opened()];
        const whole = piece(0, announcedEnd, { total });
        await refuses(uploads.receive(task.id, whole, brokenAfter(FILE, sent)), 'upload_incomplete');
        const { received } = await uploads.status(task.id, { total, fileHashes: {} });
        assert.equal(received, sent - (sent % PIECE));
        const rest = piece(received, announcedEnd, { total });
        const end = await newProcess().receive(task.id, rest, chunksOf(FILE.subarray(received)));
        assert.equal(end.complete, true);
        assert.ok((await stored(task)).equals(FILE));
        assert.equal(end.checksums?.md5, md5(FILE));
        assert.equal(end.checksums?.sha256, createHash('sha256').update(FILE).digest('base64'));
        assert.deepEqual((await tasks().find(task.id))?.checksums, end.checksums);
      });
    }
  }

  it('of two files, by two processes, never become one, whichever is faster', async () => {
    const other = Buffer.from(FILE);
    other.writeUInt8(other.readUInt8(2 * PIECE) ^ 1, 2 * PIECE);
    for (let round = 0; round < 5; round++) {
      const task = await opened();
      const send = async (file: Buffer) => {
        const fileHashes = { md5: md5(file) };
        const uploads = newProcess();
        for (;;) {
          try {
            const { complete, received } = await uploads.status(task.id, { total: TOTAL, fileHashes });
            if (complete) return true;
            const end = Math.min(TOTAL, received + PIECE);
            const next = piece(received, end, { fileHashes });
            await uploads.receive(task.id, next, chunksOf(file.subarray(received, end)));
          } catch (error) {
            if (hasCode(error, 'upload_conflict')) return false;
            if (!hasCode(error, 'interrupted') && !hasCode(error, 'upload_gap')) throw error;
          }
        }
      };
      const [first, second] = await Promise.all([send(FILE), send(other)]);
      assert.notEqual(first, second);
      assert.ok((await stored(task)).equals(first ? FILE : other));
    }
  });

  it('of a file that is not what its hash says are all forgotten, and may be sent again', async () => {
    const [uploads, task] = [newProcess(), await opened()];
    await uploads.receive(
      task.id,
      piece(0, PIECE, { fileHashes: { md5: md5(FILE) } }),
      chunksOf(FILE.subarray(0, PIECE)),
    );
    const damaged = Buffer.from(FILE.subarray(PIECE));
    damaged.writeUInt8(damaged.readUInt8(7) ^ 1, 7);
    await refuses(newProcess().receive(task.id, piece(PIECE, TOTAL), chunksOf(damaged)), 'checksum_mismatch');
    assert.equal((await uploads.status(task.id, { total: undefined, fileHashes: {} })).received, 0);
    await assert.rejects(stored(task), /ENOENT/);
    assert.equal((await uploads.receive(task.id, piece(0, TOTAL), chunksOf(FILE))).complete, true);
    assert.ok((await stored(task)).equals(FILE));
  });

  it('whose body is not what its hash says are not kept, also where they were stored on the way', async () => {
    const [uploads, task] = [newProcess(), await opened()];
    const large = randomBytes(2 * STEP);
    const sized = { total: undefined, last: false };
    await uploads.receive(task.id, piece(0, PIECE, sized), chunksOf(large.subarray(0, PIECE)));
    const body = large.subarray(PIECE);
    const wrong = piece(PIECE, large.length, { ...sized, bodyHashes: { md5: md5(FILE) } });
    await refuses(uploads.receive(task.id, wrong, chunksOf(body)), 'checksum_mismatch');
    assert.equal((await uploads.status(task.id, { total: undefined, fileHashes: {} })).received, PIECE);
    const right = { ...wrong, last: true, bodyHashes: { md5: md5(body) } };
    assert.equal((await uploads.receive(task.id, right, chunksOf(body))).complete, true);
    assert.ok((await stored(task)).equals(large));
  });

  it('are stored when the client stalls, whether it or another process goes on', async () => {
    for (const goesOn of ['the same request', 'another process']) {
      const [uploads, task] = [newProcess(), await opened()];
      const sent = PIECE + 9;
      const next = Promise.withResolvers<void>();
      const source = async function* () {
        yield* chunksOf(FILE.subarray(0, sent));
        await next.promise;
        yield* chunksOf(FILE.subarray(sent));
      };
      const receiving = uploads.receive(task.id, piece(0, TOTAL), source());
      const partial = join(folder(), 'originals', '.partial', `${task.id}.upload`);
      await until(async () => (await stat(partial).catch(() => undefined))?.size === sent);
      await until(async () => (await uploads.status(task.id, NOTHING_SAID)).received === PIECE);
      if (goesOn === 'the same request') next.resolve();
      else {
        await newProcess().receive(task.id, piece(PIECE, TOTAL), chunksOf(FILE.subarray(PIECE)));
        await refuses(receiving, 'interrupted');
      }
      if (goesOn === 'the same request') assert.equal((await receiving).complete, true);
      assert.ok((await stored(task)).equals(FILE));
      assert.equal((await tasks().find(task.id))?.checksums?.md5, md5(FILE));
    }
  });

  it('end at once where the task is removed or cancelled while the client sends nothing', async () => {
    const ends = [
      (id: number) => tasks().remove(id),
      (id: number) => newProcess().cancel(id),
      (id: number) => createUploadStore(database.knex()).abandon(id),
    ];
    const endsAtOnce = async (end: (id: number) => Promise<unknown>) => {
      const task = await opened();
      const waits = Promise.withResolvers<void>();
      const stalled = stalledAfter(FILE, PIECE + 9, waits.resolve);
      const receiving = newProcess().receive(task.id, piece(0, TOTAL), stalled);
      const refused = refuses(receiving, 'upload_gone');
      await waits.promise;
      await end(task.id);
      await refused;
    };
    await Promise.all(ends.map(endsAtOnce));
  });

  it('end at once where another request goes on with the upload', async () => {
    const task = await opened();
    const waits = Promise.withResolvers<void>();
    const stalled = newProcess().receive(task.id, piece(0, TOTAL), stalledAfter(FILE, 9, waits.resolve));
    await waits.promise;
    const rest = newProcess().receive(task.id, piece(0, TOTAL), chunksOf(FILE));
    await Promise.all([refuses(stalled, 'interrupted'), rest]);
    assert.ok((await stored(task)).equals(FILE));
  });
});

async function* chunksOf(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function* brokenAfter(file: Uint8Array, sent: number): AsyncGenerator<Uint8Array> {
  yield* chunksOf(file.subarray(0, sent));
  throw new Error('aborted');
}

/** @param waits is called when what was given was taken, and nothing more comes */
async function* stalledAfter(file: Uint8Array, sent: number, waits: () => void): AsyncGenerator<Uint8Array> {
  yield* chunksOf(file.subarray(0, sent));
  waits();
  await new Promise(() => undefined);
}
