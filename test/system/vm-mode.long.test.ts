import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { MARKER } from '../../lib/adapters/storage/nfs-marker.ts';
import { makeTone } from '../support/audio.ts';
import { testDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folders.ts';
import { newUser, post } from '../support/service.ts';
import { LOGINS, newDatabase, type VmDeployment, type VmProcess, vmDeployment } from '../support/vm.ts';

describe('VM mode', function () {
  this.timeout(120_000);
  const database = testDatabase();
  const folder = temporaryFolder();
  let url = '';
  let vm: VmDeployment;

  before(async () => {
    url = await newDatabase(database.url(), Object.values(LOGINS));
    vm = await vmDeployment(url, LOGINS);
    await vm.command('init-share');
    await vm.command('migrate', { ...vm.environment(), DATABASE_GRANTS: JSON.stringify(LOGINS) });
  });
  after(() => vm.remove());

  describe('with an API process', () => {
    let api: VmProcess;
    before(async () => {
      api = await vm.start('serve');
    });
    after(() => api.end('SIGTERM'));

    const tone = async (seconds: number) => {
      const path = join(folder(), 'tone.flac');
      await makeTone(path, seconds, '-ar', '16000');
      return { name: 'Töne.flac', bytes: await readFile(path) };
    };

    it('converts nothing in the API process, and everything as soon as a worker comes', async () => {
      const ann = await newUser(api.url, 1);
      const answer = await ann.upload({ audio: await tone(1), newFormat: 'mp3' });
      assert.equal(answer.status, 200);
      await setTimeout(200);
      const [waiting] = await ann.tasks();
      assert.equal(waiting?.state, 'UPLOADED');
      const worker = await vm.start('worker');
      const task = await ann.settled(waiting?.id ?? 0);
      assert.equal(task.state, 'PROCESSED');
      const result = await ann.fetch(`/api/tasks/${task.id}/result`);
      assert.ok((await result.arrayBuffer()).byteLength > 1000);
      assert.deepEqual(await readdir(join(vm.originals, String(task.id))), ['Töne.flac']);
      await worker.end('SIGTERM');
      assert.equal(worker.child.exitCode, 0);
    });

    it('hands a conversion back when its worker is told to stop, so that another has it at once', async () => {
      const bob = await newUser(api.url, 2);
      const first = await vm.start('worker');
      await bob.upload({ audio: await tone(600), newFormat: 'opus' });
      const [task] = await bob.tasks();
      const state = async () => (await bob.tasks())[0];
      while (((await state())?.progress ?? 0) === 0) await setTimeout(50);
      await first.end('SIGTERM');
      assert.equal(first.child.exitCode, 0);
      const handedBack = await state();
      assert.equal(handedBack?.state, 'UPLOADED');
      assert.equal(handedBack?.progress, 0);
      const second = await vm.start('worker');
      while ((await state())?.state !== 'PROCESSING') await setTimeout(20);
      await bob.fetch(`/api/tasks/${task?.id}`, { method: 'DELETE' });
      await second.end('SIGTERM');
    });

    it('answers 503 while the share is away, and is healthy all the same', async () => {
      const eve = await newUser(api.url, 3);
      await rm(join(vm.originals, MARKER));
      const answer = await eve.upload({ audio: await tone(1), newFormat: 'mp3' });
      assert.equal(answer.status, 503);
      assert.equal((await fetch(`${api.url}/ready`)).status, 503);
      assert.equal((await fetch(`${api.url}/health`)).status, 200);
      await vm.command('init-share');
      assert.equal((await fetch(`${api.url}/ready`)).status, 200);
    });

    it('counts no attempt while results are out of reach, and converts when they are back', async () => {
      const kim = await newUser(api.url, 4);
      const worker = await vm.start('worker');
      await rm(join(vm.results, MARKER));
      await kim.upload({ audio: await tone(1), newFormat: 'mp3' });
      while (!worker.log().includes('out of reach')) await once(worker.child.stderr ?? worker.child, 'data');
      const [task] = await kim.tasks();
      const owner = new pg.Client({ connectionString: url });
      await owner.connect();
      const { rows } = await owner.query('select state, attempt from tasks where id = $1', [task?.id]);
      await owner.end();
      assert.deepEqual(rows, [{ state: 'UPLOADED', attempt: 0 }]);
      await vm.command('init-share');
      assert.equal((await kim.settled(task?.id ?? 0)).state, 'PROCESSED');
      await worker.end('SIGTERM');
    });

    it('takes tokens that another API process signed', async () => {
      const other = await vm.start('serve');
      const ann = await post(`${other.url}/api/auth/login`, {
        email: 'user1@example.org',
        password: 'correct horse',
      });
      const { token } = (await ann.json()) as { token: string };
      const answer = await fetch(`${api.url}/api/tasks`, { headers: { Authorization: `Bearer ${token}` } });
      assert.equal(answer.status, 200);
      await other.end('SIGTERM');
    });
  });
});
