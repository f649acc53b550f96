import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { createLog } from '../../lib/runtime/log.ts';
import { jsonLine } from '../../lib/runtime/log-formats.ts';
import { makeTone } from '../support/audio.ts';
import { listen } from '../support/event-stream.ts';
import { newFolder } from '../support/folders.ts';
import { remoteServer } from '../support/remote.ts';
import { post, TASK, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const SOURCE = z.object({ url: z.string(), received: z.int(), size: z.int().nullable() });
const IMPORTED = TASK.extend({ source: SOURCE.nullable() });
const CREATED = z.object({ task: IMPORTED, upload: z.undefined().optional() });

/** Names that the resolver of this test knows; others do not exist. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'files.example': ['127.0.0.1'],
  'private.example': ['10.0.0.1'],
};

const LIMIT = 3_000_000;

describe('An original that the service fetches', () => {
  const remote = remoteServer();
  const lines: string[] = [];
  const service = testService(
    { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1', MAX_UPLOAD_BYTES: String(LIMIT) },
    createLog((event) => lines.push(jsonLine(event))),
    {
      resolver: async (name) => {
        const found = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
        if (!found) throw Object.assign(new Error('unknown'), { code: 'ENOTFOUND' });
        return found.map((address) => ({ address, family: 4 }));
      },
      transfers: {
        waits: { import: [0, 0, 0, 0], delivery: [0, 0] },
        throughput: { idleMs: 700, idleBytes: 100 },
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
    remote.on('/song.wav', (_incoming, outgoing) =>
      outgoing.writeHead(200, { 'Content-Length': wav.length }).end(wav),
    );
  });

  const ask = (body: object) =>
    post(
      `${service.url()}/api/tasks`,
      { newFormat: 'flac', ...body },
      { Authorization: `Bearer ${user.token}` },
    );
  const imported = async (body: object) => {
    const answer = await ask(body);
    assert.equal(answer.status, 200, await answer.clone().text());
    const { task } = CREATED.parse(await answer.json());
    return user.settled(task.id);
  };
  const shown = async (id: number) => IMPORTED.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
  const failure = async (path: string, host?: string) => {
    const { state, error } = await imported({ url: remote.url(path, host) });
    assert.equal(state, 'FAILED');
    return error ?? { code: '', message: '' };
  };

  it('is converted like a file that was sent, and named by the path of its URL', async () => {
    const answer = await ask({ url: remote.url('/song.wav?token=secret') });
    const { task } = CREATED.parse(await answer.json());
    assert.deepEqual([task.name, task.state], ['song.wav', 'AWAITING_UPLOAD']);
    assert.deepEqual(task.source, { url: remote.url('/song.wav?...'), received: 0, size: null });
    assert.equal((await user.settled(task.id)).state, 'PROCESSED');
    const original = await user.fetch(`/api/tasks/${task.id}/original`);
    assert.deepEqual(Buffer.from(await original.arrayBuffer()), wav);
    assert.ok(!lines.join('\n').includes('secret'));
  });

  it('gets the name that its server says, or that the request says', async () => {
    const named = (disposition: string) =>
      remote.on('/download', (_incoming, outgoing) =>
        outgoing.writeHead(200, { 'Content-Disposition': disposition }).end(wav),
      );
    const cases: ReadonlyArray<[string, string]> = [
      [`attachment; filename="plain.wav"`, 'plain.wav'],
      [`attachment; filename="a.wav"; filename*=UTF-8''%c3%9cber.wav`, 'Über.wav'],
      [Buffer.from('attachment; filename="Ünter.wav"').toString('latin1'), 'Ünter.wav'],
      [`attachment; filename="../../etc/passwd.wav"`, 'passwd.wav'],
      ['attachment; filename=".."', 'download'],
      ['nonsense;;=', 'download'],
    ];
    for (const [disposition, name] of cases) {
      named(disposition);
      assert.equal((await imported({ url: remote.url('/download') })).name, name);
    }
    named('attachment; filename="theirs.wav"');
    const own = await imported({ url: remote.url('/download'), filename: 'mine.wav' });
    assert.deepEqual([own.name, own.state], ['mine.wav', 'PROCESSED']);
  });

  it('is fetched through redirects, each of which is checked', async () => {
    remote.on('/moved', (_incoming, outgoing) => outgoing.writeHead(302, { Location: '/song.wav' }).end());
    const { name, state } = await imported({ url: remote.url('/moved') });
    assert.deepEqual([name, state], ['song.wav', 'PROCESSED']);
    for (const to of ['http://169.254.169.254/latest/', 'http://private.example/', 'https://[::1]/']) {
      remote.on('/inwards', (_incoming, outgoing) => outgoing.writeHead(301, { Location: to }).end());
      assert.equal((await failure('/inwards')).code, 'url_refused');
    }
    remote.on('/loop', (_incoming, outgoing) => outgoing.writeHead(307, { Location: '/loop' }).end());
    assert.equal((await failure('/loop')).code, 'url_refused');
  });

  it('is refused at once where its URL says that it cannot be fetched', async () => {
    const before = remote.requests.length;
    for (const url of [
      'http://169.254.169.254/',
      'http://[::ffff:127.0.0.2]',
      'http://2130706434/',
      'http://0x7f.2/',
      'http://017700000002/',
      'ftp://files.example/a.wav',
      'file:///etc/passwd',
      'http://ann:secret@files.example/a.wav',
      'http://files.example:22/',
      'a.wav',
      '',
    ]) {
      const answer = await ask({ url });
      const problem = z.object({ code: z.string(), errors: z.array(z.object({ path: z.string() })) });
      const { code, errors } = problem.parse(await answer.json());
      assert.deepEqual([url, answer.status, code, errors[0]?.path], [url, 422, 'url_refused', 'url']);
    }
    assert.equal((await ask({ url: 5 })).status, 400);
    assert.equal((await ask({ url: remote.url('/song.wav'), size: 5 })).status, 400);
    assert.equal((await ask({})).status, 400);
    assert.equal(remote.requests.length, before);
  });

  it('is refused in the job where its name leads to an address that is not public, or does not exist', async () => {
    assert.equal((await failure('/song.wav', 'private.example')).code, 'url_refused');
    const unknown = await failure('/song.wav', 'unknown.example');
    assert.equal(unknown.code, 'url_unreachable');
    assert.ok(unknown.message.includes('unknown.example'));
    assert.equal((await imported({ url: remote.url('/song.wav', 'files.example') })).state, 'PROCESSED');
  });

  it('is not tried again after an answer that will stay, whose body is told to nobody', async () => {
    const before = remote.requests.length;
    const { code, message } = await failure('/missing.wav');
    assert.equal(code, 'url_unreachable');
    assert.match(message, /404/);
    assert.ok(!message.includes('secret'));
    assert.equal(remote.requests.length, before + 1);
  });

  it('is tried again after an answer that may change, and fails with the last reason', async () => {
    const answers = [503, 429, 200];
    remote.on('/busy.wav', (_incoming, outgoing) => {
      const status = answers.shift() ?? 500;
      outgoing.writeHead(status).end(status === 200 ? wav : '');
    });
    assert.equal((await imported({ url: remote.url('/busy.wav') })).state, 'PROCESSED');
    const before = remote.requests.length;
    assert.match((await failure('/busy.wav')).message, /500/);
    assert.equal(remote.requests.length, before + 5);
  });

  it('fails when it is too large, declared or endless, and leaves no file', async () => {
    remote.on('/declared.wav', (_incoming, outgoing) =>
      outgoing.writeHead(200, { 'Content-Length': 10 * LIMIT }).write('RIFF'),
    );
    remote.on('/endless.wav', (_incoming, outgoing) => {
      const more = () => outgoing.write(randomBytes(100_000), () => outgoing.destroyed || setImmediate(more));
      more();
    });
    const before = await service.files();
    for (const path of ['/declared.wav', '/endless.wav'])
      assert.equal((await failure(path)).code, 'url_too_large');
    assert.deepEqual(await service.files(), before);
  });

  it('fails when its server drips, is silent, breaks off, or compresses', async () => {
    remote.on('/drip.wav', (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'Content-Length': 1000 });
      const timer = setInterval(() => outgoing.write('x'), 200);
      outgoing.once('close', () => clearInterval(timer));
    });
    remote.on('/silent.wav', () => undefined);
    remote.on('/half.wav', (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'Content-Length': wav.length });
      outgoing.write(wav.subarray(0, 1000), () => outgoing.destroy());
    });
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    remote.on('/bomb.wav', (_incoming, outgoing) =>
      outgoing.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb),
    );
    const paths = ['/drip.wav', '/silent.wav', '/half.wav', '/bomb.wav'];
    const codes = await Promise.all(paths.map(async (path) => (await failure(path)).code));
    assert.deepEqual(codes, ['url_unreachable', 'url_unreachable', 'url_unreachable', 'url_refused']);
  });

  it('shows its progress, also as events, and stops when its task is removed', async () => {
    let closed = false;
    remote.on('/slow.wav', (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'Content-Length': wav.length });
      outgoing.write(wav.subarray(0, wav.length / 2));
      const timer = setInterval(() => outgoing.write(wav.subarray(0, 10)), 50);
      outgoing.once('close', () => {
        closed = true;
        clearInterval(timer);
      });
    });
    const { task } = CREATED.parse(await (await ask({ url: remote.url('/slow.wav') })).json());
    const progressed = listen(user, `/api/tasks/${task.id}/events`, (events) =>
      events.some(({ event }) => event === 'task.progress'),
    );
    await until(async () => ((await shown(task.id)).source?.received ?? 0) > 0);
    const { progress, source } = await shown(task.id);
    assert.ok(progress >= 0.5 && progress < 1, String(progress));
    assert.equal(source?.size, wav.length);
    await progressed;
    assert.equal((await user.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' })).status, 200);
    await until(() => closed);
  });

  it('cannot get another output before it is there, nor after it failed', async () => {
    remote.on('/wait.wav', () => undefined);
    const { task } = CREATED.parse(await (await ask({ url: remote.url('/wait.wav') })).json());
    const change = async () => {
      const body = JSON.stringify({ newFormat: 'wav' });
      const headers = { 'Content-Type': 'application/json' };
      return (await user.fetch(`/api/tasks/${task.id}`, { method: 'PUT', headers, body })).status;
    };
    assert.equal(await change(), 409);
    await user.settled(task.id);
    assert.equal(await change(), 409);
  });

  it('comes for the tasks of a batch, beside files that are sent', async () => {
    const headers = { Authorization: `Bearer ${user.token}` };
    const tasks = [
      { url: remote.url('/song.wav'), newFormat: 'flac' },
      { filename: 'sent.wav', newFormat: 'flac' },
    ];
    const answer = await post(`${service.url()}/api/batches`, { tasks }, headers);
    const opened = z.object({ task: TASK, upload: z.object({ url: z.string() }).optional() });
    const batch = z.object({ tasks: z.array(opened) }).parse(await answer.json());
    assert.deepEqual(
      batch.tasks.map(({ upload }) => upload !== undefined),
      [false, true],
    );
    await fetch(batch.tasks[1]?.upload?.url ?? '', { method: 'PUT', body: wav });
    for (const { task } of batch.tasks) assert.equal((await user.settled(task.id)).state, 'PROCESSED');
    const wrong = [tasks[1], { url: 'http://10.0.0.1/', newFormat: 'flac' }];
    const refused = await post(`${service.url()}/api/batches`, { tasks: wrong }, headers);
    const problem = z.object({ errors: z.array(z.object({ path: z.string() })) }).parse(await refused.json());
    assert.deepEqual([refused.status, problem.errors[0]?.path], [422, 'tasks.1.url']);
  });
});
