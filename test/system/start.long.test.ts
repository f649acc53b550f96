import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SHARED_ROOT } from '../../lib/adapters/embedded-postgres/binaries.ts';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { newUser, type User } from '../support/service.ts';

const run = promisify(execFile);

const isRoot = process.getuid?.() === 0;

/** Debian's `nobody`. */
const ORDINARY = { uid: 65_534, gid: 65_534 };

describe('npm start on any machine', function () {
  this.timeout(180_000);
  const folder = temporaryFolder(async () => {
    for (const program of running) await program.end('SIGTERM');
    for (const data of datas) await removeCluster(join(data, 'postgres'));
    running = [];
    datas = [];
  });
  let running: Program[] = [];
  let datas: string[] = [];

  const environment = (data: string) => {
    datas.push(data);
    return { PATH: process.env.PATH, PORT: '0', TONEMILL_DATA: data };
  };
  const start = async (...given: Parameters<typeof startProgram>): Promise<Program> => {
    const program = await startProgram(...given);
    running.push(program);
    return program;
  };
  const converts = async (user: User) => {
    await makeTone(join(folder(), 'a.wav'), 1);
    const bytes = await readFile(join(folder(), 'a.wav'));
    assert.equal((await user.convert({ name: 'a.wav', bytes }, 'mp3')).state, 'PROCESSED');
  };

  it('adopts or replaces the database of a start that was killed alone', async () => {
    const env = environment(join(folder(), 'data'));
    const first = await start(env);
    const user = await newUser(first.url, 1);
    await first.end('SIGKILL');
    running = [];
    await converts(user.at((await start(env)).url));
    assert.equal((await serverPids(env.TONEMILL_DATA)).length, 1);
  });

  it('recovers where the database was killed as well', async () => {
    const env = environment(join(folder(), 'data'));
    const first = await start(env);
    const user = await newUser(first.url, 1);
    const pids = await serverPids(env.TONEMILL_DATA);
    assert.equal(pids.length, 1);
    const ended = first.end('SIGKILL');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await ended;
    running = [];
    await converts(user.at((await start(env)).url));
  });

  it('runs twice at once, each time on data of its own', async () => {
    const one = await start(environment(join(folder(), 'one')));
    const two = await start(environment(join(folder(), 'two')));
    const user = await newUser(one.url, 1);
    await converts(user);
    await converts(await newUser(two.url, 1));
    assert.equal((await user.at(two.url).fetch('/api/tasks')).status, 401);
  });

  it('leaves no database behind when it stops', async () => {
    const env = environment(join(folder(), 'data'));
    await (await start(env)).end('SIGTERM');
    running = [];
    assert.deepEqual(await serverPids(env.TONEMILL_DATA), []);
  });

  describe('in a clone of its own', () => {
    let clone: string;
    before(async () => {
      clone = join(await mkdtemp(join(tmpdir(), 'tonemill test ')), 'a clone');
      await mkdir(clone);
      for (const name of ['lib', 'functions', 'package.json', 'node_modules']) await copy(name, clone);
    });
    after(() => rm(join(clone, '..'), { recursive: true }));

    it('works for root under a folder that only root may enter', async function () {
      if (!isRoot) return this.skip();
      await chmod(join(clone, '..'), 0o700);
      const program = await start(environment(join(clone, '.tonemill')), { cwd: clone });
      await converts(await newUser(program.url, 1));
    });

    it('works for an ordinary user in a path with spaces', async () => {
      await chmod(join(clone, '..'), 0o755);
      const data = join(folder(), 'data of nobody');
      await mkdir(data);
      const user = isRoot ? ORDINARY : {};
      if (isRoot) await chmod(folder(), 0o755);
      if (isRoot) await chown(data, ORDINARY.uid, ORDINARY.gid);
      const program = await start(environment(data), { cwd: clone, ...user });
      await converts(await newUser(program.url, 1));
      await program.end('SIGTERM');
      running = [];
    });
  });
});

/** Hard links where the file system is the same, which costs no room. */
async function copy(name: string, to: string): Promise<void> {
  try {
    await run('cp', ['-al', name, to]);
  } catch {
    await rm(join(to, name), { recursive: true, force: true });
    await run('cp', ['-a', name, to]);
  }
}

/** First processes of the servers that run on a data folder's cluster. */
async function serverPids(data: string): Promise<number[]> {
  const cluster = join(data, 'postgres', 'cluster');
  const path = isRoot ? join(SHARED_ROOT, await readFile(cluster, 'utf8')) : cluster;
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => lines[index]?.split('\0').includes(path));
}
