import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startEmulators } from '../../lib/emulate/emulator-processes.ts';
import { buildEmulators } from '../../lib/emulate/emulator-programs.ts';
import { testEmulators } from '../support/emulators.ts';

const run = promisify(execFile);
const BUCKETS = z.object({ items: z.array(z.unknown()).default([]) });

describe('Emulators that run already', function () {
  this.timeout(60_000);
  const emulators = testEmulators();
  const answers = async (storage: string) =>
    (await fetch(`${storage}/storage/v1/b?project=test`)).status === 200;

  it('are what npm run emulators says to export; it starts nothing, ends, and leaves them running', async () => {
    const { storage, pubsub } = emulators();
    const child = spawn(process.execPath, ['lib/emulate/emulators.ts'], {
      env: { STORAGE_EMULATOR_HOST: storage, PUBSUB_EMULATOR_HOST: pubsub },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) lines.push(line);
    assert.deepEqual(lines, [
      `export STORAGE_EMULATOR_HOST=${storage}`,
      `export PUBSUB_EMULATOR_HOST=${pubsub}`,
    ]);
    assert.deepEqual(await ended, [0, null]);
    assert.ok(await answers(storage));
  });

  it('need no programs', async () => {
    const { storage, pubsub } = emulators();
    const found = await startEmulators(() => assert.fail(), {}, { storage, pubsub });
    assert.deepEqual([found?.storage, found?.pubsub], [storage, pubsub]);
    await found?.stop();
    assert.ok(await answers(storage));
  });

  it('are what tests use that find them in the environment', async () => {
    const { storage, pubsub } = emulators();
    const buckets = async () =>
      BUCKETS.parse(await (await fetch(`${storage}/storage/v1/b?project=test`)).json()).items.length;
    const before = await buckets();
    const root = join(import.meta.dirname, '..', '..');
    const mocha = [
      'node_modules/.bin/mocha',
      '--no-config',
      '--exit',
      '--timeout',
      '60000',
      '--require',
      './test/support/setup.ts',
    ];
    const title = 'fake-gcs-server as a storage gives back what a stream';
    const env = { PATH: process.env.PATH, STORAGE_EMULATOR_HOST: storage, PUBSUB_EMULATOR_HOST: pubsub };
    const args = [...mocha, 'test/contract/storage.test.ts', '--grep', title];
    const { stdout } = await run(process.execPath, args, { cwd: root, env });
    assert.match(stdout, /1 passing/);
    assert.equal(await buckets(), before + 1);
  });

  it('are joined by the other one where only one runs, which alone is ended', async () => {
    const { storage, pubsub } = emulators();
    const found = await startEmulators(buildEmulators, {}, { pubsub });
    assert.ok(found && found.storage !== storage);
    assert.equal(found.pubsub, pubsub);
    assert.ok(await answers(found.storage));
    await found.stop();
    await assert.rejects(fetch(found.storage));
    assert.ok(await answers(storage));
  });
});
