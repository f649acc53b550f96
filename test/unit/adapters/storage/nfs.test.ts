import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createFolderStorage } from '../../../../lib/adapters/storage/nfs.ts';
import { type Files, NODE_FILES } from '../../../../lib/adapters/storage/nfs-file-system.ts';
import { MARKER, markRoot, mustBeRoot } from '../../../../lib/adapters/storage/nfs-marker.ts';
import { hasCode } from '../../../../lib/runtime/errors.ts';
import { temporaryFolder } from '../../../support/folders.ts';

const bytes = (text: string) => Readable.from([Buffer.from(text)]);

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: as NFS says it`), { code });
}

describe('A shared folder', () => {
  const folder = temporaryFolder();
  const root = () => join(folder(), 'originals');
  const share = (files: Partial<Files> = {}) =>
    createFolderStorage({ root: root(), role: 'originals', own: false, files: { ...NODE_FILES, ...files } });

  it('is used only where its marker is, and leaves a bare mount point bare', async () => {
    await mkdir(root());
    const storage = share();
    const away = (error: unknown) => hasCode(error, 'unavailable');
    await assert.rejects(storage.check(), away);
    await assert.rejects(storage.put('1/a', bytes('x')), away);
    await assert.rejects(storage.read('1/a'), away);
    await assert.rejects(storage.stat('1/a'), away);
    await assert.rejects(storage.fetch('1/a', join(folder(), 'input')), away);
    await assert.rejects(storage.remove('1/a'), away);
    await assert.rejects(Array.fromAsync(storage.list()), away);
    assert.deepEqual(await readdir(root()), []);
  });

  it('is used again when its mount comes back', async () => {
    await markRoot(root(), 'originals');
    const storage = share();
    await storage.put('1/a', bytes('kept'));
    await rename(root(), join(folder(), 'unmounted'));
    await mkdir(root());
    await assert.rejects(storage.read('1/a'), (error) => hasCode(error, 'unavailable'));
    await rmdir(root());
    await rename(join(folder(), 'unmounted'), root());
    assert.equal((await buffer(await storage.read('1/a'))).toString(), 'kept');
  });

  it('tells what was there before it became a share', async () => {
    await mkdir(join(root(), '7'), { recursive: true });
    await writeFile(join(root(), '7', 'old'), 'x');
    await utimes(join(root(), '7', 'old'), 0, 0);
    await markRoot(root(), 'originals');
    const storage = share();
    await storage.put('8/new', bytes('x'));
    const found = await Array.fromAsync(storage.list());
    assert.deepEqual(Object.fromEntries(found.map(({ key, inherited }) => [key, inherited])), {
      '7/old': true,
      '8/new': false,
    });
  });

  it('walks a path anew when a handle went stale', async () => {
    await markRoot(root(), 'originals');
    const calls = new Map<string, number>();
    const stale = <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) => {
      return async (...args: A) => {
        const count = (calls.get(name) ?? 0) + 1;
        calls.set(name, count);
        if (count <= 2) throw errno('ESTALE');
        return call(...args);
      };
    };
    const storage = share({
      mkdir: stale('mkdir', NODE_FILES.mkdir),
      open: stale('open', NODE_FILES.open),
      readdir: stale('readdir', NODE_FILES.readdir),
      rename: stale('rename', NODE_FILES.rename),
      rm: stale('rm', NODE_FILES.rm),
      rmdir: stale('rmdir', NODE_FILES.rmdir),
      stat: stale('stat', NODE_FILES.stat),
      symlink: stale('symlink', NODE_FILES.symlink),
    });
    await storage.put('1/a', bytes('abc'));
    await storage.fetch('1/a', join(folder(), 'input'));
    assert.equal((await storage.stat('1/a'))?.size, 3);
    assert.deepEqual((await Array.fromAsync(storage.list())).map(({ key }) => key).sort(), ['1/a']);
    await storage.remove('1/a');
    assert.equal(calls.size, 8);
    assert.ok([...calls.values()].every((count) => count > 2));
  });

  it('gives up on a handle that stays stale', async () => {
    await markRoot(root(), 'originals');
    const storage = share({ open: () => Promise.reject(errno('ESTALE')) });
    await assert.rejects(storage.read('1/a'), { code: 'ESTALE' });
  });

  it('takes a rename for done that is, though the client was told ENOENT', async () => {
    await markRoot(root(), 'originals');
    const storage = share({
      async rename(from, to) {
        await rename(from, to);
        throw errno('ENOENT');
      },
    });
    assert.equal(await storage.put('1/a', bytes('abc')), 3);
    assert.equal((await buffer(await storage.read('1/a'))).toString(), 'abc');
  });

  it('makes a folder again that was removed before the file could be moved into it', async () => {
    await markRoot(root(), 'originals');
    let removed = false;
    const storage = share({
      async rename(from, to) {
        if (!removed) await rm(join(root(), '1'), { recursive: true });
        removed = true;
        await rename(from, to);
      },
    });
    await storage.put('1/a', bytes('abc'));
    assert.equal((await storage.stat('1/a'))?.size, 3);
  });

  it('sees what another machine made, though it remembers the folder without it', async () => {
    await markRoot(root(), 'originals');
    await mkdir(join(root(), '1'));
    await writeFile(join(root(), '1', 'a'), 'abc');
    const opened = new Set<string>();
    const hiddenUntilOpened = async (path: string) => {
      if (path.endsWith('a') && !opened.has(join(root(), '1'))) throw errno('ENOENT');
    };
    const storage = share({
      async opendir(path) {
        opened.add(path);
        return NODE_FILES.opendir(path);
      },
      async stat(path) {
        await hiddenUntilOpened(path);
        return NODE_FILES.stat(path);
      },
    });
    assert.equal((await storage.stat('1/a'))?.size, 3);
    assert.deepEqual([...opened], [root(), join(root(), '1')]);
  });

  it('moves a file in from another file system by copying it', async () => {
    await markRoot(root(), 'originals');
    const source = join(folder(), 'source');
    await writeFile(source, 'copied');
    const storage = share({
      async rename(from, to) {
        if (from === source) throw errno('EXDEV');
        await rename(from, to);
      },
    });
    assert.equal(await storage.put('1/a', source), 6);
    assert.equal((await buffer(await storage.read('1/a'))).toString(), 'copied');
  });
});

describe('The marker of a root', () => {
  const folder = temporaryFolder();

  it('is written once, also by two machines at once', async () => {
    const root = join(folder(), 'results');
    const written = await Promise.all([markRoot(root, 'results'), markRoot(root, 'results')]);
    assert.ok(written.includes(true));
    assert.equal(await markRoot(root, 'results'), false);
    assert.deepEqual(await readdir(root), [MARKER]);
    await mustBeRoot(root, 'results');
  });

  it('tells the roots apart', async () => {
    const root = join(folder(), 'results');
    await markRoot(root, 'results');
    const mistaken = (error: unknown) =>
      hasCode(error, 'misconfigured') && error.message.includes('is the root of the results');
    await assert.rejects(mustBeRoot(root, 'originals'), mistaken);
    await assert.rejects(markRoot(root, 'originals'), mistaken);
  });

  it('is not made where the folder above is missing, which a mount would bring', async () => {
    await assert.rejects(markRoot(join(folder(), 'nfs', 'files'), 'originals'), (error) =>
      hasCode(error, 'misconfigured'),
    );
    assert.deepEqual(await readdir(folder()), []);
  });

  it('is asked for at the start, with a sentence that says what to do', async () => {
    await assert.rejects(
      mustBeRoot(folder(), 'originals'),
      (error) => hasCode(error, 'misconfigured') && error.message.includes('npm run init-share'),
    );
  });
});
