import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Storage } from '../../lib/ports/storage.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { temporaryFolder } from '../support/folders.ts';

/**
 * What every Storage must do. `make` answers an empty one.
 * @param seeks whether it lists from a key on
 */
export function describeStorage(
  name: string,
  make: () => Promise<Storage>,
  { seeks }: { seeks: boolean } = { seeks: true },
): void {
  describe(name, () => {
    const folder = temporaryFolder();
    let storage: Storage;

    beforeEach(async () => {
      storage = await make();
    });

    const keys = async () => (await Array.fromAsync(storage.list())).map(({ key }) => key).sort();
    const text = async (stream: Readable) => (await buffer(stream)).toString();

    it('gives back what a stream put there', async () => {
      assert.equal(
        await storage.put('1/ö 🎵.wav', Readable.from([Buffer.from('abc'), Buffer.from('def')])),
        6,
      );
      assert.equal(await text(await storage.read('1/ö 🎵.wav')), 'abcdef');
    });

    it('gives back what a file put there', async () => {
      const source = join(folder(), 'source');
      await writeFile(source, 'from a file');
      assert.equal(await storage.put('1/1/a.mp3', source), 11);
      assert.equal(await text(await storage.read('1/1/a.mp3')), 'from a file');
    });

    it('gives back a megabyte as a stream, as a file and as a range, without a warning of Node.js', async () => {
      const warnings: Error[] = [];
      const note = (warning: Error) => warnings.push(warning);
      const bytes = randomBytes(1_000_000);
      await storage.put('1/a', Readable.from([bytes]));
      process.on('warning', note);
      try {
        assert.ok((await buffer(await storage.read('1/a'))).equals(bytes));
        const end = bytes.length - 1;
        assert.ok((await buffer(await storage.read('1/a', { start: 1, end }))).equals(bytes.subarray(1)));
        await storage.fetch('1/a', join(folder(), 'input'));
        assert.ok((await readFile(join(folder(), 'input'))).equals(bytes));
      } finally {
        process.off('warning', note);
      }
      assert.deepEqual(warnings, []);
    });

    it('reads a range, both ends included', async () => {
      await storage.put('1/a', Readable.from([Buffer.from('0123456789')]));
      assert.equal(await text(await storage.read('1/a', { start: 2, end: 5 })), '2345');
    });

    it('replaces what stands there', async () => {
      await storage.put('1/a', Readable.from([Buffer.from('long before')]));
      await storage.put('1/a', Readable.from([Buffer.from('after')]));
      assert.equal(await text(await storage.read('1/a')), 'after');
    });

    it('keeps nothing of a stream that breaks', async () => {
      const broken = Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw new Error('cut off');
        })(),
      );
      await assert.rejects(storage.put('1/a', broken), /cut off/);
      assert.equal(await storage.stat('1/a'), undefined);
      assert.deepEqual(await keys(), []);
    });

    it('destroys a stream that it does not read, so that its file or connection is closed', async () => {
      const source = Readable.from([Buffer.from('x')]);
      await assert.rejects(storage.put('../a', source));
      assert.ok(source.destroyed);
    });

    it('makes an object readable as a local file', async () => {
      await storage.put('1/a', Readable.from([Buffer.from('local')]));
      await storage.fetch('1/a', join(folder(), 'input'));
      assert.equal(await readFile(join(folder(), 'input'), 'utf8'), 'local');
    });

    it('tells size and age of an object', async () => {
      await storage.put('1/a', Readable.from([Buffer.from('12345')]));
      const found = await storage.stat('1/a');
      assert.equal(found?.size, 5);
      assert.ok(Math.abs(Date.now() - (found?.modified.getTime() ?? 0)) < 60_000);
    });

    it('lists every object, and those only', async () => {
      await storage.put('1/a', Readable.from([Buffer.from('1')]));
      await storage.put('2/1/b', Readable.from([Buffer.from('2')]));
      assert.deepEqual(await keys(), ['1/a', '2/1/b']);
    });

    it('lists the objects after any of them, in the same order, and after one that is gone', async function () {
      if (!seeks) this.skip();
      for (const key of ['1/a', '1-b', '10/1/a', '10/1/b', '10/a', '2/a', '2/ö 🎵', 'B'])
        await storage.put(key, Readable.from([Buffer.from('x')]));
      const keysAfter = async (key?: string) =>
        (await Array.fromAsync(storage.list(key))).map((found) => found.key);
      const all = await keysAfter();
      assert.equal(all.length, 8);
      for (const [index, key] of all.entries()) assert.deepEqual(await keysAfter(key), all.slice(index + 1));
      await storage.remove('10/1/b');
      assert.deepEqual(await keysAfter('10/1/b'), all.slice(all.indexOf('10/1/b') + 1));
    });

    it('removes an object, and does not mind when it is gone', async () => {
      await storage.put('1/1/a', Readable.from([Buffer.from('1')]));
      await storage.remove('1/1/a');
      await storage.remove('1/1/a');
      assert.deepEqual(await keys(), []);
    });

    it('says how much it can still store, if there is an end to it', async () => {
      const free = await storage.freeBytes();
      assert.ok(free === undefined || free > 0);
    });

    it('is in reach, also while nothing is there', async () => {
      assert.equal(await storage.check(), undefined);
      assert.equal(await storage.stat('ready'), undefined);
    });

    it('says not_found for what is not there', async () => {
      await assert.rejects(storage.read('9/none'), (error) => hasCode(error, 'not_found'));
      await assert.rejects(storage.fetch('9/none', join(folder(), 'x')), (error) =>
        hasCode(error, 'not_found'),
      );
      assert.equal(await storage.stat('9/none'), undefined);
    });

    for (const key of ['../a', '1/../../a', '/a', '1//a', '1/.', '1/a\0']) {
      it(`refuses the key ${JSON.stringify(key)}, which would leave the root`, async () => {
        await assert.rejects(storage.put(key, Readable.from([Buffer.from('x')])), TypeError);
        await assert.rejects(storage.read(key), TypeError);
        await assert.rejects(storage.stat(key), TypeError);
        await assert.rejects(storage.remove(key), TypeError);
      });
    }
  });
}
