import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { newSigningKeys } from '../../lib/app/secrets.ts';
import { TARGETS, type TargetName } from '../../lib/app/targets.ts';
import { type RunningFunction, startFunction } from '../../lib/emulate/functions-framework.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { testDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folders.ts';
import { newUser, post, TASK } from '../support/service.ts';

const run = promisify(execFile);

const BUNDLE = join(import.meta.dirname, '..', '..', '.build', 'functions');
const CREDENTIAL = 'a credential for tests';

describe('npm run gcp-build', function () {
  this.timeout(120_000);
  const database = testDatabase();
  const folder = temporaryFolder();
  const running: RunningFunction[] = [];

  before(async function () {
    this.timeout(300_000);
    await run(process.execPath, ['functions/bundle/main.ts']);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
  });

  const environment = async () => ({
    ...{ PATH: process.env.PATH, NODE_ENV: 'production', TONEMILL_DATA: join(folder(), 'data') },
    ...{ DATABASE: 'url', DATABASE_URL: database.url() },
    ...{ JWT_PRIVATE_KEYS: await newSigningKeys(), SERVICE_CREDENTIAL: CREDENTIAL },
  });
  const started = async (target: TargetName, env: NodeJS.ProcessEnv) => {
    const found = await startFunction({ source: BUNDLE, target, env });
    running.push(found);
    return found.url;
  };
  const doctor = async (env: NodeJS.ProcessEnv) =>
    run(process.execPath, ['cli.js', 'doctor', 'programs'], { cwd: BUNDLE, env }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }) => ({ code: Number(code), stdout: String(stdout) }),
    );

  it('makes a package that brings its functions-framework, and no database but PostgreSQL', async () => {
    const { dependencies, main } = z
      .object({ dependencies: z.record(z.string(), z.string()), main: z.string() })
      .parse(JSON.parse(await readFile(join(BUNDLE, 'package.json'), 'utf8')));
    assert.equal(main, 'index.js');
    assert.deepEqual(Object.keys(dependencies).sort(), [
      '@ffprobe-installer/ffprobe',
      '@google-cloud/functions-framework',
      'taglib-wasm',
    ]);
  });

  it('makes a bundle in which functions-framework finds every function', async () => {
    const env = await environment();
    for (const target of Object.keys(TARGETS) as TargetName[]) {
      const answer = await fetch(`${await started(target, env)}/no-such-path`);
      assert.ok([404, 405].includes(answer.status), `${target} answered ${answer.status}`);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json');
      await Promise.all(running.splice(0).map(({ stop }) => stop()));
    }
  });

  it('makes functions that lead from sign-up to result, and pages of documentation', async () => {
    const env = await environment();
    const [auth, tasks, convert, site] = [
      await started('auth', env),
      await started('tasks', env),
      await started('convert', env),
      await started('site', env),
    ];
    const user = await newUser(auth, Math.floor(Math.random() * 1e9));
    await makeTone(join(folder(), 'tone.wav'), 2, '-metadata', 'title=Tönend');
    const form = new FormData();
    form.append('audio', new Blob([await readFile(join(folder(), 'tone.wav'))]), 'tone.wav');
    form.append('newFormat', 'mp3');
    const headers = { Authorization: `Bearer ${user.token}` };
    const created = await fetch(`${tasks}/api/tasks`, { method: 'POST', headers, body: form });
    const { task } = z.object({ task: TASK }).parse(await created.json());
    const message = { attributes: { taskId: String(task.id), revision: '1' } };
    const enqueued = await post(convert, { message }, { 'X-Service-Credential': CREDENTIAL });
    assert.equal(enqueued.status, 204);
    const result = await fetch(`${tasks}/api/tasks/${task.id}/result`, { headers });
    assert.equal(result.headers.get('content-type'), 'audio/mpeg');
    const bytes = Buffer.from(await result.arrayBuffer());
    assert.ok(bytes.length > 10_000);
    assert.ok(bytes.includes('Tönend'), 'the thread that writes tags does not work');
    const [script = ''] =
      /\/assets\/reference-\w+\.js/.exec(await (await fetch(`${site}/docs/reference`)).text()) ?? [];
    for (const path of ['/openapi.json', '/docs', script, '/ready']) {
      assert.equal((await fetch(site + path)).status, 200, path);
    }
  });

  it('has a doctor that finds programs that run, and fails where one does not', async () => {
    const { PATH } = process.env;
    const { ffmpeg } = await binaries();
    assert.equal((await doctor({ PATH, FFMPEG_PATH: ffmpeg.path })).code, 0);
    const missing = await doctor({ PATH, FFMPEG_PATH: join(folder(), 'ffmpeg') });
    assert.equal(missing.code, 1);
    assert.match(missing.stdout, /Missing +ffmpeg was not found/);
  });
});
