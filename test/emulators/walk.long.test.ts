import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { buildEmulators } from '../../lib/emulate/emulator-programs.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PIECE, resumableUpload } from '../support/resumable.ts';
import { newUser, post, TASK, type User } from '../support/service.ts';

const SESSION = z.object({
  task: TASK,
  upload: z.object({ url: z.url(), headers: z.record(z.string(), z.string()) }),
});
const CREATED = z.object({ task: TASK });

describe('npm run emulate', function () {
  this.timeout(40_000);
  const folder = temporaryFolder();
  let child: ChildProcess | undefined;
  let url = '';
  let ann: User;
  let tone: Buffer;

  before(async function () {
    this.timeout(600_000);
    if (!(await buildEmulators())) {
      console.warn('      Go is not on PATH: the walk through the emulated cloud is left out.');
      this.skip();
    }
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0' };
    child = spawn('npm', ['run', '--silent', 'emulate'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    url = await readyUrl(child);
    ann = await newUser(url, 1);
  });
  after(async function () {
    this.timeout(60_000);
    if (!child || child.exitCode !== null) return;
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
  beforeEach(async () => {
    await makeTone(join(folder(), 'tone.wav'), 8);
    tone = await readFile(join(folder(), 'tone.wav'));
  });

  const openSession = async (size: number) => {
    const opened = await post(
      `${url}/api/tasks`,
      { filename: 'Töne 🎵.wav', newFormat: 'mp3', size },
      { Authorization: `Bearer ${ann.token}` },
    );
    assert.equal(opened.status, 200);
    const { task, upload } = SESSION.parse(await opened.json());
    return { task, upload, client: resumableUpload(upload.url, upload.headers) };
  };
  const stored = async (upload: { url: string }, id: number) => {
    const name = encodeURIComponent(`${id}/Töne 🎵.wav`);
    const answer = await fetch(`${new URL(upload.url).origin}/storage/v1/b/originals/o/${name}`);
    await answer.arrayBuffer();
    return answer.status === 200;
  };

  it('leads from sign-up to download through the real client libraries', async () => {
    const { task, client } = await openSession(tone.length);
    assert.equal(task.state, 'AWAITING_UPLOAD');
    const first = tone.subarray(0, 2 * PIECE);
    const begun = await client.put(first, `bytes 0-${first.length - 1}/${tone.length}`);
    assert.equal(begun.status, 308);
    const rest = tone.subarray(begun.received);
    const range = `bytes ${begun.received}-${tone.length - 1}/${tone.length}`;
    assert.equal((await client.put(rest, range)).status, 200);

    assert.equal((await ann.settled(task.id)).state, 'PROCESSED');
    const link = await ann.fetch(`/api/tasks/${task.id}/result`, { redirect: 'manual' });
    assert.equal(link.status, 302);
    const result = await fetch(link.headers.get('location') ?? '');
    assert.equal(result.status, 200);
    assert.ok((await result.arrayBuffer()).byteLength > 10_000);
    const original = await ann.fetch(`/api/tasks/${task.id}/original`);
    assert.deepEqual(Buffer.from(await original.arrayBuffer()), tone);

    assert.equal((await ann.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' })).status, 200);
    assert.equal((await fetch(link.headers.get('location') ?? '')).status, 404);
  });

  it('converts a file that comes in a form, though its bucket tells of it as well', async () => {
    const answer = await ann.upload({ audio: { name: 'tone.wav', bytes: tone }, newFormat: 'flac' });
    assert.equal(answer.status, 200);
    const { task } = CREATED.parse(await answer.json());
    assert.equal((await ann.settled(task.id)).state, 'PROCESSED');
  });

  it('fails a task whose file has another size than was declared, and keeps no such file', async () => {
    const { task, upload, client } = await openSession(tone.length);
    await client.put(tone.subarray(0, 1000));
    const failed = await ann.settled(task.id);
    assert.deepEqual([failed.state, failed.error?.code], ['FAILED', 'size_mismatch']);
    while (await stored(upload, task.id)) await setTimeout(20);
  });

  it('removes a file that comes when its task is gone', async () => {
    const { task, upload, client } = await openSession(tone.length);
    assert.equal((await ann.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' })).status, 200);
    assert.equal((await client.put(tone)).status, 200);
    while (await stored(upload, task.id)) await setTimeout(20);
  });
});

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new TypeError('the child has a standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Tonemill is ready on (\S+)/.exec(line)?.[1];
    if (!url) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('the emulation ended before it was ready');
}
