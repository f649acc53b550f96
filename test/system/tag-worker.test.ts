import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTagWorker, type TagWorker } from '../../lib/audio/tags/tag-worker.ts';
import { makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedMd5 } from '../support/sound.ts';

const TAGS = {
  title: ['Über den Wolken 雲'],
  artist: ['Ann', 'Bob'],
  trackNumber: ['3/12'],
  discNumber: ['1/2'],
  compilation: ['1'],
  'MY TAG': ['a', 'b'],
};
const FORMATS = ['mp3', 'flac', 'ogg', 'opus', 'm4a', 'wav', 'aiff', 'tta', 'aac', 'mp2'];

describe('The thread that reads and writes tags', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);
  let worker: TagWorker;
  before(() => {
    worker = createTagWorker();
  });
  after(() => worker.close());

  for (const format of FORMATS) {
    it(`keeps several values, custom names and totals in ${format}, and every sample`, async () => {
      const file = path(`a.${format}`);
      await makeTone(file, 0.3);
      const sound = await decodedMd5(file);
      const written = await worker.write(file, { tags: TAGS, pictures: null, others: {} });
      assert.deepEqual(written?.tags, TAGS);
      assert.deepEqual((await worker.read(file))?.tags, TAGS);
      assert.equal(await decodedMd5(file), sound);
    });
  }

  it('knows nothing of other kinds of files, and says so', async () => {
    await writeFile(path('a.txt'), 'no sound at all');
    assert.equal(await worker.read(path('a.txt')), null);
    await assert.rejects(worker.read(path('missing')));
  });

  it('is replaced after a file that takes too long, and serves the next one', async () => {
    await makeTone(path('a.flac'), 0.3);
    const impatient = createTagWorker({ read: 0, write: 0, start: 60_000 });
    await assert.rejects(impatient.read(path('a.flac')), /too long/);
    impatient.close();
    assert.ok(await worker.read(path('a.flac')));
  });

  it('counts its start apart from the time for a file', async () => {
    await makeTone(path('a.flac'), 0.3);
    const late = createTagWorker({ read: 60_000, write: 60_000, start: 0 });
    await assert.rejects(late.read(path('a.flac')), /too long/);
    late.close();
  });

  it('changes no file that it only reads, and follows no name inside of one', async () => {
    await makeTone(path('a.mp3'), 0.3, '-metadata', 'title=/etc/passwd');
    await mkdir(path('other'));
    await symlink(path('a.mp3'), path('other/link.mp3'));
    const before = await readFile(path('a.mp3'));
    assert.deepEqual((await worker.read(path('other/link.mp3')))?.tags.title, ['/etc/passwd']);
    assert.ok((await readFile(path('a.mp3'))).equals(before));
  });

  it('costs a result its tags and not its sound where it fails, and the result tells them', async () => {
    await makeTone(path('in.flac'), 0.3, '-metadata', 'title=Lost');
    const breaks: TagWorker = {
      ...worker,
      async write(file) {
        await truncate(file, 10);
        throw new Error('the tags take too long');
      },
    };
    const made = await convertFile(path('in.flac'), path('out.mp3'), 'mp3', {}, {}, breaks);
    assert.deepEqual(
      made.adaptations.map(({ property, to }) => [property, to]),
      [['tags.title', 'left out']],
    );
    assert.ok(made.size > 1000);
    const unread: TagWorker = { ...worker, read: () => Promise.reject(new Error('the tags are too large')) };
    const { media, warnings } = await convertFile(path('in.flac'), path('out.mp3'), 'mp3', {}, {}, unread);
    assert.deepEqual(media.tags, {});
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['tags_unreadable'],
    );
  });

  it('survives files that end anywhere', async () => {
    await makeTone(path('whole.m4a'), 0.3, '-metadata', 'title=x');
    const { length } = await readFile(path('whole.m4a'));
    for (let size = 0; size < length; size += Math.ceil(length / 40)) {
      await copyFile(path('whole.m4a'), path('part.m4a'));
      await truncate(path('part.m4a'), size);
      await worker.read(path('part.m4a')).catch(() => undefined);
    }
    assert.ok(await worker.read(path('whole.m4a')));
  });
});
