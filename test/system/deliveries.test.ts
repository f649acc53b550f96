import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { createLog } from '../../lib/runtime/log.ts';
import { jsonLine } from '../../lib/runtime/log-formats.ts';
import { makeTone } from '../support/audio.ts';
import { newFolder } from '../support/folders.ts';
import { remoteServer, sentHeaders } from '../support/remote.ts';
import { post, TASK, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const DELIVERED = z.object({
  at: z.iso.datetime(),
  status: z.int().nullable(),
  error: z.string().nullable(),
});
const SHOWN = TASK.extend({
  destination: z.object({ url: z.string() }).nullable(),
  delivered: DELIVERED.nullable(),
});

interface Sent {
  headers: IncomingMessage['headers'];
  content: Buffer;
}

describe('A result that is delivered', () => {
  const remote = remoteServer();
  const lines: string[] = [];
  const service = testService(
    { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' },
    createLog((event) => lines.push(jsonLine(event))),
    {
      transfers: {
        waits: { import: [0], delivery: [0, 0] },
        throughput: { idleMs: 10_000, idleBytes: 1 },
        pollMs: 50,
      },
    },
  );
  let wav: Buffer;
  let user: User;
  before(async () => {
    const folder = await newFolder();
    await makeTone(join(folder, 'tone.wav'), 1);
    wav = await readFile(join(folder, 'tone.wav'));
    await rm(folder, { recursive: true });
    user = await service.newUser();
    remote.on('/song.wav', (_incoming, outgoing) => outgoing.end(wav));
  });

  /** Takes the bodies that come to a path, and answers each by the next status. */
  function receiving(path: string, ...statuses: number[]): Sent[] {
    const sent: Sent[] = [];
    remote.on(path, async (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const content = Buffer.concat(await incoming.toArray());
      sent.push({ headers: sentHeaders(incoming), content });
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      outgoing.writeHead(status ?? 200).end('An answer with a secret.');
    });
    return sent;
  }
  const ask = (body: object) =>
    post(`${service.url()}/api/tasks`, body, { Authorization: `Bearer ${user.token}` });
  const shown = async (id: number) => SHOWN.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
  const created = async (destination: string, newFormat = 'flac') => {
    const answer = await ask({ url: remote.url('/song.wav'), newFormat, destination });
    assert.equal(answer.status, 200, await answer.clone().text());
    return z.object({ task: SHOWN }).parse(await answer.json()).task;
  };
  const delivered = async (destination: string, newFormat?: string) => {
    const { id } = await created(destination, newFormat);
    await until(async () => (await shown(id)).delivered !== null);
    return shown(id);
  };
  const result = async (id: number) =>
    Buffer.from(await (await user.fetch(`/api/tasks/${id}/result`)).arrayBuffer());

  it('comes whole by PUT, with its type and length, and its task says when', async () => {
    const sent = receiving('/bucket/song.flac', 200);
    const task = await delivered(remote.url('/bucket/song.flac?signature=secret&x=1'));
    assert.deepEqual([task.state, task.delivered?.status, task.delivered?.error], ['PROCESSED', 200, null]);
    const [first] = sent;
    assert.deepEqual(first?.content, await result(task.id));
    assert.equal(first?.headers['content-type'], 'audio/flac');
    assert.equal(first?.headers['content-length'], String(first?.content.length));
    assert.equal(first?.headers['x-ms-blob-type'], undefined);
    assert.deepEqual(task.destination, { url: remote.url('/bucket/song.flac?...') });
    assert.ok(!lines.join('\n').includes('secret'));
  });

  it('has the header that Azure needs, where Azure signed the URL', async () => {
    const sent = receiving('/azure', 201);
    const { delivered: outcome } = await delivered(remote.url('/azure?sv=2024-11-04&sr=b&sig=x'));
    assert.deepEqual([outcome?.status, sent[0]?.headers['x-ms-blob-type']], [201, 'BlockBlob']);
  });

  it('comes of a file that was sent in a form as well', async () => {
    const sent = receiving('/form', 200);
    const destination = remote.url('/form?x=secret');
    const form = { audio: { name: 'song.wav', bytes: wav }, newFormat: 'flac' };
    const answer = await user.upload({ ...form, destination });
    const { task } = z.object({ task: SHOWN }).parse(await answer.json());
    assert.deepEqual(task.destination, { url: remote.url('/form?...') });
    await until(async () => (await shown(task.id)).delivered !== null);
    assert.deepEqual(sent[0]?.content, await result(task.id));
    assert.equal((await user.upload({ ...form, destination: 'https://10.0.0.1/' })).status, 422);
  });

  it('is sent again after an answer that may change', async () => {
    const sent = receiving('/busy', 503, 429, 204);
    const { delivered: outcome } = await delivered(remote.url('/busy'));
    assert.deepEqual([outcome?.status, outcome?.error, sent.length], [204, null, 3]);
  });

  it('is not sent again to a URL that has expired, and its task stays PROCESSED', async () => {
    const sent = receiving('/expired', 403);
    const task = await delivered(remote.url('/expired?signature=secret'));
    assert.deepEqual([task.state, task.delivered?.status, sent.length], ['PROCESSED', 403, 1]);
    assert.match(task.delivered?.error ?? '', /403.*expired/);
    assert.ok(!JSON.stringify(task).includes('secret'));
    assert.ok((await result(task.id)).length > 0);
  });

  it('fails with the last reason when all tries are used up', async () => {
    const sent = receiving('/down', 500);
    const { delivered: outcome } = await delivered(remote.url('/down'));
    assert.deepEqual([outcome?.status, sent.length], [500, 3]);
    remote.on('/cut', (incoming) => incoming.socket.destroy());
    const cut = await delivered(remote.url('/cut'));
    assert.equal(cut.delivered?.status, null);
    assert.match(cut.delivered?.error ?? '', /broke off/);
  });

  it('comes again for another requested output', async () => {
    const sent = receiving('/again', 200);
    const { id } = await delivered(remote.url('/again'));
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ newFormat: 'mp3' });
    const changed = await user.fetch(`/api/tasks/${id}`, { method: 'PUT', headers, body });
    assert.equal(SHOWN.parse(await changed.json()).delivered, null);
    await until(async () => (await shown(id)).delivered !== null);
    assert.deepEqual(
      sent.map(({ headers: { 'content-type': type } }) => type),
      ['audio/flac', 'audio/mpeg'],
    );
  });

  it('does not exist for a task that fails', async () => {
    const sent = receiving('/never', 200);
    remote.on('/text.wav', (_incoming, outgoing) => outgoing.end('no sound'));
    const body = { url: remote.url('/text.wav'), newFormat: 'flac', destination: remote.url('/never') };
    const { task } = z.object({ task: SHOWN }).parse(await (await ask(body)).json());
    assert.equal((await user.settled(task.id)).state, 'FAILED');
    assert.deepEqual([(await shown(task.id)).delivered, sent.length], [null, 0]);
  });

  it('is refused at once where its destination is none', async () => {
    const body = { filename: 'song.wav', newFormat: 'flac' };
    for (const destination of [
      'https://169.254.169.254/x',
      'http://10.0.0.1/x',
      'ftp://files.example/x',
      'gs://somebodys-bucket/song.flac',
      'gs://x',
      'x',
    ]) {
      const answer = await ask({ ...body, destination });
      const problem = z.object({
        code: z.string(),
        detail: z.string(),
        errors: z.array(z.object({ path: z.string() })),
      });
      const { code, detail, errors } = problem.parse(await answer.json());
      assert.deepEqual([destination, code, errors[0]?.path], [destination, 'url_refused', 'destination']);
      if (destination.startsWith('gs://s')) assert.match(detail, /signed PUT URL/);
    }
  });
});
