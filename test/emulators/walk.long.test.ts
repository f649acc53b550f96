import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { createClient } from '../../lib/client/index.ts';
import { buildEmulators } from '../../lib/emulate/emulator-programs.ts';
import { makeTone } from '../support/audio.ts';
import { createBatch, fillBatch, showBatch } from '../support/batch.ts';
import { listen, type Received } from '../support/event-stream.ts';
import { temporaryFolder } from '../support/folders.ts';
import { remoteServer } from '../support/remote.ts';
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
  const remote = remoteServer();
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
    const outbound = { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' };
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', ...outbound };
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
  const stored = async (upload: { url: string }, id: number, name = 'Töne 🎵.wav') => {
    const key = encodeURIComponent(`${id}/${name}`);
    const answer = await fetch(`${new URL(upload.url).origin}/storage/v1/b/originals/o/${key}`);
    await answer.arrayBuffer();
    return answer.status === 200;
  };

  it('serves the client, which sends its pieces to the bucket and loads the result from there', async () => {
    const hosts = new Set<string>();
    const client = createClient({
      baseUrl: url,
      fetch: (request, init) => {
        hosts.add(`${request.method} ${new URL(request.url).origin === url ? 'service' : 'bucket'}`);
        return fetch(request, init);
      },
    });
    await client.logIn(ann.email, 'correct horse');
    const song = new File([Uint8Array.from(tone)], 'Töne 🎵.wav');
    const { task, download } = await client.convert(song, { newFormat: 'mp3' });
    const result = await download();
    assert.equal((await result.bytes()).length, task.result?.size);
    assert.equal(result.name, 'Töne 🎵.mp3');
    assert.ok(hosts.has('PUT bucket') && hosts.has('GET bucket'), [...hosts].join());
  });

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

  it('fetches a file from its URL and delivers the result, by messages of their own', async () => {
    const delivered = Promise.withResolvers<Buffer>();
    remote.on('/tone.wav', (_incoming, outgoing) => outgoing.end(tone));
    remote.on('/put', async (incoming, outgoing) => {
      delivered.resolve(Buffer.concat(await incoming.toArray()));
      outgoing.end();
    });
    const wanted = { url: remote.url('/tone.wav'), destination: remote.url('/put'), newFormat: 'mp3' };
    const answer = await post(`${url}/api/tasks`, wanted, { Authorization: `Bearer ${ann.token}` });
    const { task } = CREATED.parse(await answer.json());
    const result = await ann.fetch(`/api/tasks/${(await ann.settled(task.id)).id}/result`);
    assert.deepEqual(await delivered.promise, Buffer.from(await result.arrayBuffer()));
  });

  it('makes one task of a form that comes twice with one Idempotency-Key, and gives its result twice', async () => {
    const convert = () => {
      const body = new FormData();
      body.set('newFormat', 'mp3');
      body.set('audio', new Blob([Uint8Array.from(tone)]), 'tone.wav');
      const headers = { 'Idempotency-Key': 'walk' };
      return ann.fetch('/api/convert', { method: 'POST', body, headers, redirect: 'manual' });
    };
    const before = (await ann.tasks()).length;
    for (const replayed of [null, 'true']) {
      const answer = await convert();
      assert.deepEqual([answer.status, answer.headers.get('idempotent-replayed')], [303, replayed]);
      assert.equal((await fetch(answer.headers.get('location') ?? '')).status, 200);
    }
    assert.equal((await ann.tasks()).length, before + 1);
  });

  it('converts a batch that comes into the bucket, streams its results as one file, and removes it', async () => {
    const made = await createBatch(ann, ['a.wav', 'A.wav']);
    await fillBatch(ann, made, tone);
    const { id } = made.batch;
    assert.deepEqual((await showBatch(ann, id)).states, { PROCESSED: 2 });
    const states = (events: readonly Received[]) =>
      events.flatMap(({ data }) => (data.states ? [data.states] : []));
    const events = await listen(ann, `/api/batches/${id}/events`, (all) => states(all).length > 0);
    assert.deepEqual(states(events), [{ PROCESSED: 2 }]);
    const answer = await ann.fetch(`/api/batches/${id}/results.zip`);
    assert.equal(answer.headers.get('content-length'), null);
    const archive = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    assert.ok(archive.startsWith('PK\u0003\u0004'));
    assert.deepEqual(archive.match(/a( \(2\))?\.mp3/gi)?.sort(), [
      'A (2).mp3',
      'A (2).mp3',
      'a.mp3',
      'a.mp3',
    ]);
    const joined = await ann.fetch(`/api/batches/${id}/join`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ newFormat: 'flac' }),
    });
    const { task: join } = z.object({ task: TASK }).parse(await joined.json());
    const { state, error } = await ann.settled(join.id);
    assert.equal(state, 'PROCESSED', error?.message);
    assert.equal((await ann.fetch(`/api/batches/${id}`, { method: 'DELETE' })).status, 200);
    for (const { task, upload } of made.tasks) assert.equal(await stored(upload, task.id, task.name), false);
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
