import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { failingProgram, type Program, startProgram } from '../support/program.ts';
import { filesUnder, newUser, type User } from '../support/service.ts';

describe('npm start', function () {
  this.timeout(120_000);
  const folder = temporaryFolder(async () => {
    for (const program of running) await program.end('SIGTERM');
    running = [];
    await removeCluster(join(data(), 'postgres'));
  });
  let running: Program[] = [];
  const data = () => join(folder(), 'data of mine');
  /** No locale, no home: nothing but where programs are. */
  const environment = () => ({ PATH: process.env.PATH, PORT: '0', TONEMILL_DATA: data() });

  async function start(): Promise<Program> {
    const program = await startProgram(environment());
    running.push(program);
    return program;
  }

  /** Uploads what takes some seconds to convert, and waits until that has begun. */
  async function beginLong(user: User): Promise<number> {
    const path = join(folder(), 'long.flac');
    await makeTone(path, 300);
    const { id } = await user.create({ name: 'long.flac', bytes: await readFile(path) }, 'mp3');
    for (;;) {
      const { state, progress } = await user.task(id);
      if (state === 'PROCESSING' && progress > 0) return id;
      assert.ok(state === 'UPLOADED' || state === 'PROCESSING', state);
      await setTimeout(20);
    }
  }

  const onceDone = async (user: User, id: number) => {
    const { state, revision } = await user.settled(id);
    assert.deepEqual({ state, revision }, { state: 'PROCESSED', revision: 1 });
    assert.deepEqual(await filesUnder(join(data(), 'results')), ['long.mp3', 'original.dat']);
  };

  it('says only where it is ready, and a second start finds the data of the first', async () => {
    const first = await start();
    const user = await newUser(first.url, 1);
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1);
    const { id } = await user.convert({ name: 'a.wav', bytes: await readFile(path) }, 'ogg');
    const { code, stdout } = await first.end('SIGINT');
    assert.equal(code, 0);
    assert.match(stdout, /^Tonemill is ready on \S+\n$/);
    running = [];
    const second = await start();
    const answer = await user.at(second.url).fetch(`/api/tasks/${id}/result`);
    assert.equal(answer.headers.get('content-type'), 'audio/ogg');
  });

  it('ends with npm, where that is what a container or a supervisor stops', async () => {
    const program = await startProgram(environment(), {}, ['npm', 'start']);
    const { signal, code } = await program.end('SIGTERM');
    assert.deepEqual({ signal, code }, { signal: null, code: 0 });
    await assert.rejects(fetch(`${program.url}/ready`), /fetch failed/);
  });

  it('hands a conversion back on SIGTERM, which the next start finishes, once', async () => {
    const first = await start();
    const user = await newUser(first.url, 1);
    const id = await beginLong(user);
    assert.equal((await first.end('SIGTERM')).code, 0);
    running = [];
    assert.deepEqual(await filesUnder(join(data(), 'work')), []);
    await onceDone(user.at((await start()).url), id);
  });

  it('finishes a conversion once that was running when it was killed', async () => {
    const first = await start();
    const user = await newUser(first.url, 1);
    const id = await beginLong(user);
    await first.end('SIGKILL');
    running = [];
    await onceDone(user.at((await start()).url), id);
    assert.deepEqual(await filesUnder(join(data(), 'work')), []);
  });

  it('refuses to run twice on the same data, in one sentence', async () => {
    await start();
    const { code, stdout, stderr } = await failingProgram(environment());
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^Tonemill already runs on [^\n]+\n$/);
  });

  it('says in one sentence why it cannot start', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    await writeFile(join(folder(), 'file'), '');
    const cases: [NodeJS.ProcessEnv, RegExp][] = [
      [{ PORT: port }, /^Port \d+ is in use\. [^\n]+\n$/],
      [{ TONEMILL_DATA: join(folder(), 'file') }, /^\S+ can't be written to\. [^\n]+\n$/],
      [{ TONEMILL_DATA: '/proc/tonemill' }, /^\S+ can't be written to\. [^\n]+\n$/],
      [{ FFMPEG_PATH: '/nowhere/ffmpeg' }, /^ffmpeg was not found[^\n]+\n$/],
      [{ PORT: 'x' }, /^The environment is not usable: PORT: [^\n]+\n$/],
    ];
    for (const [given, sentence] of cases) {
      const { code, stderr } = await failingProgram({ ...environment(), ...given });
      assert.match(withoutLog(stderr), sentence);
      assert.equal(code, 1);
    }
    server.close();
  });
});

/** Where there is no ffmpeg but the old build, the log says so. */
function withoutLog(stderr: string): string {
  return stderr.replace(/^\{.*\}\n/gm, '');
}
