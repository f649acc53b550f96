import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stage } from '../../functions/bundle/stage.ts';
import { bundledConsole } from '../../lib/app/console-bundle.ts';
import { CONSOLE_FOLDER } from '../../lib/app/open-console.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('The deployed bundle', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it('carries the built console, so that the functions need no bundler', async () => {
    await stage(folder());
    const files = await bundledConsole();
    const staged = join(folder(), CONSOLE_FOLDER);
    assert.deepEqual((await readdir(staged)).sort(), files.map(({ name }) => name).sort());
    for (const { name, bytes } of files)
      assert.deepEqual(await readFile(join(staged, name)), Buffer.from(bytes), name);
    const lock = await readFile(join(folder(), 'package-lock.json'), 'utf8');
    assert.doesNotMatch(lock, /node_modules\/(esbuild|preact)"/);
  });
});
