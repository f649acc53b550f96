import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { MARKER } from '../lib/storage/marker.ts';
import { makeTone } from './audio.ts';
import { testDatabase } from './database.ts';
import { temporaryFolder } from './folders.ts';
import { newUser, post } from './service.ts';
import { newDatabase, type VmDeployment, type VmProcess, vmDeployment } from './vm.ts';

/** As Cloud SQL names service accounts. */
const LOGINS = { api: 'tonemill-api@project.iam', worker: 'tonemill-worker@project.iam' };

describe('VM mode', function () {
  this.timeout(60_000);
  const database = testDatabase();
  const folder = temporaryFolder();
  let url = '';
  let vm: VmDeployment;

  before(async () => {
    url = await newDatabase(database.url(), 'vm', Object.values(LOGINS));
    vm = await vmDeployment(url, LOGINS);
  });
  after(() => vm.remove());

  const refusal = async (name: string, environment: NodeJS.ProcessEnv) => {
    try {
      await vm.command(name, environment);
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    }
    throw new Error(`${name} came to an end without a complaint`);
  };

  for (const name of ['serve', 'worker']) {
    it(`refuses the embedded database in one sentence: ${name}`, async () => {
      const { DATABASE: _, ...environment } = vm.environment();
      const said = await refusal(name, environment);
      assert.equal(
        said,
        'The environment is not usable. DATABASE: expected url or cloudsql, since several machines share it.',
      );
    });
  }

  it('refuses a share that is not mounted, and says what to do', async () => {
    for (const name of ['serve', 'worker']) {
      const said = await refusal(name, vm.environment());
      assert.match(said, /is not the root of the originals: .* run npm run init-share once\.$/);
    }
  });

  it('prepares a share once', async () => {
    const said = await vm.command('init-share');
    assert.match(
      said,
      /files is now the root of the originals\.\n.*converted is now the root of the results\./,
    );
    assert.match(await vm.command('init-share'), /was already.*\n.*was already/);
    assert.equal(await readFile(join(vm.originals, MARKER), 'utf8'), 'originals\n');
    assert.equal(await readFile(join(vm.results, MARKER), 'utf8'), 'results\n');
  });

  it('refuses a database without the schema of this release, and says what to do', async () => {
    assert.match(await refusal('worker', vm.environment()), /Run npm run migrate as its owner\.$/);
  });

  it('prepares the schema, and again, and grants what each login needs', async () => {
    const environment = { ...vm.environment(), DATABASE_GRANTS: JSON.stringify(LOGINS) };
    for (const _ of [1, 2]) {
      const said = await vm.command('migrate', environment);
      assert.match(said, /The schema is up to date\.\napi: tonemill-api@project\.iam has its rights\./);
    }
    const worker = new pg.Client({ connectionString: vm.environment('worker').DATABASE_URL });
    await worker.connect();
    const query = (sql: string) => worker.query(sql).then(({ rowCount }) => rowCount);
    assert.equal(await query('select from tasks'), 0);
    for (const sql of ['select from users', 'alter table tasks add column x int', 'delete from migrations']) {
      await assert.rejects(query(sql), { code: '42501' }, sql);
    }
    await worker.end();
  });

  it('refuses to serve with secrets of its own, which no other API process would know', async () => {
    const { JWT_PRIVATE_KEYS: _, ...environment } = vm.environment('api');
    assert.match(await refusal('serve', environment), /^JWT_PRIVATE_KEYS must be set/);
  });

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
