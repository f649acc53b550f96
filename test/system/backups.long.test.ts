import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { newUser, post, type User } from '../support/service.ts';

const run = promisify(execFile);

describe('npm run backup and npm run restore', function () {
  this.timeout(180_000);
  const running: Program[] = [];
  const datas: string[] = [];
  const folder = temporaryFolder(async () => {
    for (const program of running) await program.end('SIGTERM');
    for (const data of datas) await removeCluster(join(data, 'postgres'));
  });
  const environment = (name: string) => {
    const data = join(folder(), name);
    datas.push(data);
    return { PATH: process.env.PATH, PORT: '0', TONEMILL_DATA: data };
  };
  const start = async (env: NodeJS.ProcessEnv) => {
    const program = await startProgram(env);
    running.push(program);
    return program;
  };
  const command = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    run(process.execPath, ['lib/cli/main.ts', ...args], { env });

  /** Uploads, converts, changes and removes tasks until `isOver`. */
  async function work(user: User, bytes: Uint8Array, isOver: () => boolean): Promise<void> {
    for (let round = 0; !isOver(); round++) {
      const task = await user.convert({ name: `${round}.wav`, bytes }, 'mp3');
      if (round % 3 === 0) await user.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' });
      if (round % 3 === 1) await user.create({ name: `${round} too.wav`, bytes }, 'flac');
    }
  }

  it('bring a service back that worked on meanwhile: each task with its files, or no task', async () => {
    const [from, to] = [environment('from'), environment('to')];
    const service = await start(from);
    const user = await newUser(service.url, 1);
    await makeTone(join(folder(), 'a.wav'), 1);
    const bytes = await readFile(join(folder(), 'a.wav'));
    const first = await user.convert({ name: 'first.wav', bytes }, 'mp3');
    const result = await (await user.fetch(`/api/tasks/${first.id}/result`)).arrayBuffer();
    const file = join(folder(), 'a.backup');

    let isOver = false;
    const working = work(user, bytes, () => isOver);
    await command(from, 'backup', file);
    isOver = true;
    await working;
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await assert.rejects(command(from, 'backup', file), /is there already/);
    await assert.rejects(command(from, 'restore', file), /already runs/);

    await command(to, 'restore', file);
    await assert.rejects(command(to, 'restore', file), /restored into/);
    const restored = await start(to);
    const answer = await post(`${restored.url}/api/auth/login`, {
      email: user.email,
      password: 'correct horse',
    });
    const { token } = z.object({ token: z.string() }).parse(await answer.json());
    const again = {
      ...user.at(restored.url),
      fetch: (path: string) =>
        fetch(`${restored.url}${path}`, { headers: { Authorization: `Bearer ${token}` } }),
    };
    const tasks = z
      .array(z.object({ id: z.int(), state: z.string() }))
      .parse(await (await again.fetch('/api/tasks?max=100')).json());
    assert.ok(tasks.some(({ id }) => id === first.id));
    for (const { id, state } of tasks.filter(({ state }) => state !== 'AWAITING_UPLOAD')) {
      const original = await again.fetch(`/api/tasks/${id}/original`);
      assert.deepEqual(Buffer.from(await original.arrayBuffer()), bytes, `${id} ${state}`);
      const ended = await (await again.fetch(`/api/tasks/${id}?wait=60`)).json();
      assert.equal(z.object({ state: z.string() }).parse(ended).state, 'PROCESSED', `${id} was ${state}`);
      assert.equal((await again.fetch(`/api/tasks/${id}/result`)).status, 200);
    }
    const same = await (await again.fetch(`/api/tasks/${first.id}/result`)).arrayBuffer();
    assert.deepEqual(Buffer.from(same), Buffer.from(result));
  });
});
