import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { makeTone } from '../support/audio.ts';
import { newFolder } from '../support/folders.ts';
import { shellBlocks } from '../support/pages.ts';
import { newUser, type User } from '../support/service.ts';

const run = promisify(execFile);

/** Ports as the page names them. */
const PORTS = { auth: 8081, tasks: 8082, site: 8083 };

describe('Functions that run alone on one data folder, by the commands of docs/google-cloud.md,', () => {
  let folder = '';
  let user: User;
  const started: ChildProcess[] = [];
  const ports = new Map<string, number>();
  const here = (line: string) =>
    line.replace(/(?<==|localhost:)80\d\d\b/g, (port) => String(ports.get(port)));
  const url = (target: keyof typeof PORTS) => `http://localhost:${ports.get(String(PORTS[target]))}`;

  before(async function () {
    this.timeout(120_000);
    folder = await newFolder();
    const lines = shellBlocks('docs/google-cloud.md', 'One function alone').flat();
    for (const [port = ''] of lines.join('\n').matchAll(/(?<=--port=)\d+/g))
      ports.set(port, await freePort());
    for (const line of lines) started.push(await start(here(line), folder));
    const signedUp = await newUser(url('auth'), 0);
    user = signedUp.at(url('tasks'));
  });
  after(async function () {
    this.timeout(60_000);
    for (const child of started) await end(child);
    await removeCluster(join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  });

  it('serve their own routes: a site that is ready, and tasks of a user who signed up at auth', async () => {
    assert.equal((await fetch(`${url('site')}/ready`)).status, 200);
    assert.equal((await user.fetch('/api/tasks')).status, 200);
    const path = join(folder, 'song.wav');
    await makeTone(path, 1);
    const file = { name: 'song.wav', bytes: await readFile(path) };
    const { id, state } = await user.create(file, 'mp3');
    assert.deepEqual({ id, state }, { id: 1, state: 'UPLOADED' });
  });

  it('convert a task by a conversion message, and acknowledge the same message in every form', async () => {
    const lines = shellBlocks('docs/google-cloud.md', 'Conversion messages').flat();
    assert.equal(lines.length, 6);
    for (const line of lines) {
      assert.equal(await statusOf(line), '204', line);
      assert.equal((await user.task(1)).state, 'PROCESSED');
    }
  });

  it('recognise an original by the events of a bucket in every form', async () => {
    const lines = shellBlocks('docs/google-cloud.md', 'Events of the bucket').flat();
    assert.equal(lines.length, 3);
    for (const line of lines) assert.equal(await statusOf(line), '{"placement":"known"}200', line);
  });

  /** What a curl line prints, and the status of its answer. */
  async function statusOf(line: string): Promise<string> {
    const { stdout } = await run('bash', ['-c', here(line).replace('curl ', "curl -sS -w '%{http_code}' ")]);
    return stdout;
  }
});

/** Starts a line of the page in a process group of its own, and waits until the function listens. */
async function start(line: string, data: string): Promise<ChildProcess> {
  const path = [resolve('node_modules/.bin'), process.env.PATH ?? ''].join(delimiter);
  const child = spawn('bash', ['-c', line], {
    detached: true,
    env: { PATH: path, HOME: data, TONEMILL_DATA: data, METADATA_SERVER_DETECTION: 'none' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const printed of createInterface({ input: child.stdout })) {
    if (printed.startsWith('URL:')) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error(`it ended: ${line}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return address.port;
}
