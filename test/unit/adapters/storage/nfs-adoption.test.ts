import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createFolderStorage } from '../../../../lib/adapters/storage/nfs.ts';
import { createFolderAdoption } from '../../../../lib/adapters/storage/nfs-adoption.ts';
import { hasCode } from '../../../../lib/runtime/errors.ts';
import { temporaryFolder } from '../../../support/folders.ts';

describe('The adoption of an original as a result', () => {
  const folder = temporaryFolder();

  const between = async (results: string) => {
    const roots = { originals: join(folder(), 'originals'), results };
    const storages = {
      originals: createFolderStorage({ root: roots.originals, role: 'originals', own: true }),
      results: createFolderStorage({ root: roots.results, role: 'results', own: true }),
    };
    await storages.originals.put('1/a.mp3', Readable.from([Buffer.from('sound')]));
    const { adopt } = createFolderAdoption({ roots, ...storages });
    const inodes = async () => {
      const paths = [join(roots.originals, '1', 'a.mp3'), join(results, '1', '1', 'a.mp3')];
      return new Set(
        (await Promise.all(paths.map((path) => stat(path)))).map(({ dev, ino }) => `${dev} ${ino}`),
      );
    };
    return { adopt, inodes, ...storages };
  };

  it('links within one file system, and again without harm', async () => {
    const { adopt, inodes } = await between(join(folder(), 'results'));
    assert.equal(await adopt('1/a.mp3', '1/1/a.mp3'), 5);
    assert.equal(await adopt('1/a.mp3', '1/1/a.mp3'), 5);
    assert.equal((await inodes()).size, 1);
  });

  it('replaces what an earlier try left there', async () => {
    const { adopt, inodes, results } = await between(join(folder(), 'results'));
    await results.put('1/1/a.mp3', Readable.from([Buffer.from('half')]));
    assert.equal(await adopt('1/a.mp3', '1/1/a.mp3'), 5);
    assert.equal((await inodes()).size, 1);
  });

  it('copies to another file system', async function () {
    const other = await mkdtemp('/dev/shm/tonemill-test-').catch(() => undefined);
    if (!other || (await stat(other)).dev === (await stat(folder())).dev) return this.skip();
    try {
      const { adopt, inodes } = await between(other);
      assert.equal(await adopt('1/a.mp3', '1/1/a.mp3'), 5);
      assert.equal((await inodes()).size, 2);
      assert.equal(await readFile(join(other, '1', '1', 'a.mp3'), 'utf8'), 'sound');
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  it('says not_found for what is not there', async () => {
    const { adopt } = await between(join(folder(), 'results'));
    await assert.rejects(adopt('9/none', '9/1/none'), (error) => hasCode(error, 'not_found'));
  });
});
