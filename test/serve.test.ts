import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { makeTone } from './audio.ts';
import { removeCluster } from './database.ts';
import { temporaryFolder } from './folders.ts';

const SESSION = z.object({ token: z.string() });
const TASK = z.object({ id: z.int(), state: z.string() });
const CREATED = z.object({ task: TASK });

describe('npm start', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let child: ChildProcess | undefined;
  afterEach(async () => {
    if (child && child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await removeCluster(join(folder(), 'data', 'postgres'));
  });

  async function start(): Promise<string> {
    const env = { PATH: process.env.PATH, PORT: '0', TONEMILL_DATA: join(folder(), 'data') };
    child = spawn(process.execPath, ['lib/cli.ts', 'start'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    assert.ok(child.stdout);
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    const url = /^Tonemill is ready on (\S+)/.exec(String(line))?.[1];
    assert.ok(url);
    return url;
  }

  const post = (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('takes a sign-up, a file and a wish, and gives the result back', async () => {
    const url = await start();
    const person = { email: 'ann@example.org', password: 'correct horse' };
    const passwords = { password1: person.password, password2: person.password };
    const signedUp = await post(`${url}/api/auth/signup`, { user: 'ann', email: person.email, ...passwords });
    assert.equal(signedUp.status, 200);
    const session = SESSION.parse(await (await post(`${url}/api/auth/login`, person)).json());
    const headers = { Authorization: `Bearer ${session.token}` };

    const tone = join(folder(), 'tone.wav');
    await makeTone(tone, 1);
    const form = new FormData();
    form.append('audio', new Blob([await readFile(tone)]), 'Töne.wav');
    form.append('newFormat', 'MP3');
    const created = await fetch(`${url}/api/tasks`, { method: 'POST', headers, body: form });
    assert.equal(created.status, 200);
    const { task } = CREATED.parse(await created.json());

    let state = '';
    while (state !== 'PROCESSED' && state !== 'FAILED') {
      const got = await await fetch(`${url}/api/tasks/${task.id}`, { headers });
      state = TASK.parse(await got.json()).state;
      await setTimeout(20);
    }
    assert.equal(state, 'PROCESSED');
    const result = await fetch(`${url}/api/tasks/${task.id}/result`, { headers });
    assert.equal(result.headers.get('content-type'), 'audio/mpeg');
    assert.ok((await result.arrayBuffer()).byteLength > 1000);

    assert.equal((await fetch(`${url}/api/tasks/${task.id}`)).status, 401);
    assert.equal((await fetch(`${url}/api/tasks/999`, { headers })).status, 404);
    assert.equal((await fetch(`${url}/api/auth/login`)).headers.get('allow'), 'POST');
  });
});
