import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import sinon from 'sinon';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import type { TaskResult } from '../../../lib/ports/task-results.ts';
import { AppError, hasCode } from '../../../lib/runtime/errors.ts';
import { createResultArchives, type ResultArchive } from '../../../lib/tasks/result-archive.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { run } from '../../support/programs.ts';
import { until } from '../../support/until.ts';

/** Bytes of a result that is larger than all buffers on its way. */
const LARGE = 64 * 1024 * 1024;

const CHUNK = 65_536;

describe('An archive of results', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  const results = (count: number, size: number): TaskResult[] =>
    Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      name: 'a.wav',
      format: 'mp3',
      state: 'PROCESSED',
      error: null,
      file: { key: '1/1/a.mp3', size, at: new Date('2026-01-02T03:04:06Z') },
    }));
  const archiveOf = (tasks: TaskResult[], storage: Pick<Storage, 'read'>): Promise<ResultArchive> => {
    const store = { ofBatch: async () => tasks, ofTasks: async () => tasks };
    return createResultArchives({ store, results: storage }).ofBatch(1, 1);
  };

  it('has as many bytes as it says, also with ten thousand results of one name', async () => {
    const storage = createFolderStorage({ root: join(folder(), 'results'), role: 'results', own: true });
    await storage.put('1/1/a.mp3', Readable.from([Buffer.from('twelve bytes')]));
    const archive = await archiveOf(results(10_000, 12), storage);
    const file = join(folder(), 'a.zip');
    let bytes = 0;
    const counted = archive.read().pipeThrough(
      new TransformStream<Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    );
    await pipeline(Readable.fromWeb(counted), createWriteStream(file));
    assert.equal(BigInt(bytes), archive.size);
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *z.namelist(), sep="\\n")';
    const { stdout } = await run('python3', ['-c', script, file]);
    const [bad, ...names] = stdout.trim().split('\n');
    assert.equal(bad, 'None');
    assert.deepEqual([names.length, names[0], names.at(-1)], [10_000, 'a.mp3', 'a (10000).mp3']);
  });

  /** A storage of results of `LARGE` bytes, and what was read of them. */
  function largeResults() {
    const seen = { bytes: 0, open: 0 };
    async function* content() {
      seen.open += 1;
      try {
        for (let left = LARGE; left > 0; left -= CHUNK) {
          seen.bytes += CHUNK;
          yield Buffer.alloc(CHUNK);
        }
      } finally {
        seen.open -= 1;
      }
    }
    return { seen, storage: { read: async () => Readable.from(content(), { objectMode: false }) } };
  }

  it('reads no further than its reader, and one result at a time', async () => {
    const { seen, storage } = largeResults();
    const archive = await archiveOf(results(3, LARGE), storage);
    const reader = archive.read().getReader();
    for (let read = 0; read < LARGE + LARGE / 2; ) {
      const { value } = await reader.read();
      read += value?.length ?? LARGE;
      assert.ok(seen.bytes < read + 1024 * 1024, `${seen.bytes} bytes for ${read}`);
      assert.ok(seen.open <= 1);
    }
    await reader.cancel();
    await until(() => seen.open === 0);
  });

  it('closes its result when its reader goes away, also while the storage gives nothing', async () => {
    const silent = new Readable({ read: () => undefined });
    const archive = await archiveOf(results(2, LARGE), { read: async () => silent });
    const reader = archive.read().getReader();
    await reader.read();
    await reader.read();
    const next = reader.read();
    await reader.cancel();
    assert.equal((await next).done, true);
    await until(() => silent.destroyed);
  });

  it('closes a result that the storage opens after its reader went away', async () => {
    const [asked, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<Readable>()];
    const late = Readable.from([Buffer.alloc(10)]);
    const read = () => {
      asked.resolve();
      return opened.promise;
    };
    const archive = await archiveOf(results(2, 10), { read });
    const stream = archive.read();
    await asked.promise;
    const cancelled = stream.cancel();
    opened.resolve(late);
    await cancelled;
    await until(() => late.destroyed);
  });

  for (const [what, content] of [
    ['shorter', 11],
    ['longer', 13],
  ] as const)
    it(`errors for a result that is ${what} than its row says`, async () => {
      const read = async () => Readable.from([Buffer.alloc(content)]);
      const archive = await archiveOf(results(2, 12), { read });
      await assert.rejects(Array.fromAsync(archive.read()), /a result has 1[13] bytes, and its row says 12/);
    });

  it('errors for a result that is gone', async () => {
    const gone = new AppError('not_found', 'There is no such file.');
    const read = sinon.stub<[string], Promise<Readable>>();
    read.onFirstCall().resolves(Readable.from([Buffer.alloc(12)]));
    read.onSecondCall().rejects(gone);
    const archive = await archiveOf(results(3, 12), { read });
    await assert.rejects(Array.fromAsync(archive.read()), (error) => error === gone);
    sinon.assert.calledTwice(read);
  });

  it('is refused without a result', async () => {
    const [task] = results(1, 1);
    assert.ok(task);
    const { storage } = largeResults();
    for (const tasks of [[], [{ ...task, state: 'FAILED' as const, file: null }]])
      await assert.rejects(archiveOf(tasks, storage), (error) => hasCode(error, 'not_ready'));
  });
});
