import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { getFunction, getTestServer } from '@google-cloud/functions-framework/testing';
import { CloudEvent, HTTP } from 'cloudevents';
import { z } from 'zod';
import '../../functions/index.ts';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { closeFunctions } from '../../lib/app/functions-framework.ts';
import { TARGETS, type TargetName } from '../../lib/app/targets.ts';
import { makeTone } from '../support/audio.ts';
import { newFolder } from '../support/folders.ts';
import { remoteServer } from '../support/remote.ts';
import { PIECE, resumableUpload } from '../support/resumable.ts';
import { newUser, PROBLEM, post, TASK, type User } from '../support/service.ts';

const SESSION = z.object({ task: TASK, upload: z.object({ url: z.string() }) });

const CREDENTIAL = 'a credential for tests';
const MIB = 1024 * 1024;

/** Forms of one event, as Eventarc, Pub/Sub push and the emulators send it (CloudEvents 1.0, HTTP binding). */
const EVENTS: [string, (message: object) => { headers: Record<string, string>; body: string }][] = [
  ['raw push with data', (message) => pushed({ data: base64(message) })],
  ['raw push with attributes only', (message) => pushed({ attributes: texts(message) })],
  ['a structured CloudEvent', (message) => sent(HTTP.structured(event({ data: base64(message) })))],
  [
    'a structured CloudEvent without data',
    (message) => sent(HTTP.structured(event({ attributes: texts(message) }))),
  ],
  ['a binary CloudEvent', (message) => sent(HTTP.binary(event({ data: base64(message) })))],
  ['a binary CloudEvent without data', (message) => sent(HTTP.binary(event({ attributes: texts(message) })))],
];

describe('The functions under functions-framework', function () {
  this.timeout(60_000);
  let folder = '';
  const remote = remoteServer();
  const environment = { ...process.env };
  const servers = new Map<TargetName, { server: Server; url: string }>();
  const url = (name: TargetName) => servers.get(name)?.url ?? '';
  let user: User;
  let tone: Buffer;

  before(async () => {
    folder = await newFolder();
    Object.assign(process.env, {
      TONEMILL_DATA: folder,
      SERVICE_CREDENTIAL: CREDENTIAL,
      NODE_ENV: 'production',
      OUTBOUND_HTTP: 'true',
      OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1',
    });
    for (const name of Object.keys(TARGETS) as TargetName[]) {
      const server = getTestServer(name).listen(0);
      await once(server, 'listening');
      const address = server.address();
      assert.ok(typeof address === 'object' && address);
      servers.set(name, { server, url: `http://127.0.0.1:${address.port}` });
    }
    await makeTone(join(folder, 'tone.wav'), 1);
    tone = await readFile(join(folder, 'tone.wav'));
    user = await newUser(url('auth'), 1);
  });
  after(async () => {
    for (const { server } of servers.values()) server.close();
    await closeFunctions();
    process.env = environment;
    await removeCluster(join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  });

  const asked = (path: string, init: RequestInit = {}) =>
    fetch(`${url('tasks')}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${user.token}`, ...init.headers },
    });
  const upload = (bytes: Buffer) => {
    const form = new FormData();
    form.append('audio', new Blob([Uint8Array.from(bytes)]), 'tone.wav');
    form.append('newFormat', 'mp3');
    return asked('/api/tasks', { method: 'POST', body: form });
  };
  const created = async () => z.object({ task: TASK }).parse(await (await upload(tone)).json()).task;
  const taskNow = async (id: number) => TASK.parse(await (await asked(`/api/tasks/${id}`)).json());
  const codeOf = async (answer: Response) => PROBLEM.parse(await answer.json()).code;

  it('are the ones that the product has routes for', () => {
    assert.deepEqual(
      Object.keys(TARGETS).filter((name) => !getFunction(name)),
      [],
    );
  });

  it('serve auth', async () => {
    assert.equal(
      (await post(`${url('auth')}/api/auth/login`, { email: user.email, password: 'wrong' })).status,
      401,
    );
    assert.equal((await fetch(`${url('auth')}/.well-known/jwks.json`)).status, 200);
    assert.equal((await fetch(`${url('auth')}/api/tasks`)).status, 404);
  });

  it('serve site', async () => {
    assert.equal((await fetch(`${url('site')}/health`)).status, 200);
    assert.equal((await fetch(`${url('site')}/ready`)).status, 200);
    assert.match(await (await fetch(`${url('site')}/openapi.json`)).text(), /"\/api\/tasks\/\{id\}"/);
  });

  it('serve every route for callers as api', async () => {
    const [address, authorization] = [url('api'), { Authorization: `Bearer ${user.token}` }];
    for (const path of ['/health', '/ready', '/openapi.json', '/.well-known/jwks.json', '/api/formats']) {
      assert.equal((await fetch(address + path)).status, 200, path);
    }
    const login = { email: user.email, password: 'wrong' };
    assert.equal((await post(`${address}/api/auth/login`, login)).status, 401);
    assert.equal((await fetch(`${address}/api/tasks`, { headers: authorization })).status, 200);
    assert.equal((await fetch(`${address}/api/tasks`)).status, 401);
    const event = { method: 'POST', headers: { 'X-Service-Credential': CREDENTIAL }, body: '{}' };
    assert.equal((await fetch(`${address}/`, event)).status, 405);
  });

  it('answer malformed JSON without a stack', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${url('auth')}/api/auth/login`, { method: 'POST', headers, body: '{' });
    assert.equal(answer.status, 400);
    assert.doesNotMatch(await answer.text(), /node_modules|\bat .+:\d+/);
  });

  it('take a file of at most 31 MiB', async () => {
    const answer = await upload(Buffer.alloc(31 * MIB + 1));
    assert.equal(answer.status, 413);
    assert.equal(await codeOf(answer), 'too_large');
  });

  it('fetch an original, convert it and deliver the result, each in a function of its own', async () => {
    remote.on('/tone.wav', (_incoming, outgoing) => outgoing.end(tone));
    let received = 0;
    remote.on('/put', async (incoming, outgoing) => {
      received = Buffer.concat(await incoming.toArray()).length;
      outgoing.end();
    });
    const body = { url: remote.url('/tone.wav'), destination: remote.url('/put'), newFormat: 'mp3' };
    const headers = { Authorization: `Bearer ${user.token}` };
    const answer = await post(`${url('tasks')}/api/tasks`, body, headers);
    const { task } = z.object({ task: TASK }).parse(await answer.json());
    const wake = async (name: TargetName, message: object) => {
      const { headers: type, body } = pushed({ data: base64(message) });
      const sent = { ...type, 'X-Service-Credential': CREDENTIAL };
      const woken = await fetch(url(name), { method: 'POST', headers: sent, body });
      assert.equal(woken.status, 204);
      return (await taskNow(task.id)).state;
    };
    const convert = () => wake('convert', { taskId: task.id, revision: 1 });
    const transfer = () => wake('transfer', { taskId: task.id });
    assert.deepEqual([await convert(), await transfer()], ['AWAITING_UPLOAD', 'UPLOADED']);
    assert.deepEqual(
      [await transfer(), await convert(), await convert()],
      ['UPLOADED', 'PROCESSED', 'PROCESSED'],
    );
    assert.equal(received, 0);
    assert.equal(await transfer(), 'PROCESSED');
    assert.ok(received > 1000);
  });

  for (const [form, make] of EVENTS) {
    it(`convert the task that ${form} names, once`, async () => {
      const { id, state, revision } = await created();
      assert.equal(state, 'UPLOADED');
      const { headers, body } = make({ taskId: id, revision });
      const enqueue = () =>
        fetch(url('convert'), {
          method: 'POST',
          headers: { ...headers, 'X-Service-Credential': CREDENTIAL },
          body,
        });
      assert.equal((await enqueue()).status, 204);
      assert.equal((await taskNow(id)).state, 'PROCESSED');
      assert.equal((await enqueue()).status, 204);
      const result = await asked(`/api/tasks/${id}/result`);
      assert.equal(result.headers.get('content-type'), 'audio/mpeg');
      assert.ok((await result.arrayBuffer()).byteLength > 1000);
    });
  }

  it('let only internal callers enqueue and sweep', async () => {
    const { id } = await created();
    const { headers, body } = pushed({ data: base64({ taskId: id, revision: 1 }) });
    for (const name of ['uploaded', 'convert', 'transfer', 'dead-letter', 'sweep'] as const) {
      for (const credential of [undefined, 'wrong']) {
        const given = { ...headers, ...(credential && { 'X-Service-Credential': credential }) };
        assert.equal((await fetch(url(name), { method: 'POST', headers: given, body })).status, 401);
      }
    }
    assert.equal((await taskNow(id)).state, 'UPLOADED');
  });

  it('take a large file in pieces, and the event that a bucket would send of it', async () => {
    const opened = await post(
      `${url('tasks')}/api/tasks`,
      { filename: 'a.wav', newFormat: 'mp3', size: tone.length },
      { Authorization: `Bearer ${user.token}` },
    );
    const { task, upload } = SESSION.parse(await opened.json());
    const attributes = { eventType: 'OBJECT_FINALIZE', bucketId: 'any', objectId: `${task.id}/a.wav` };
    const { headers, body } = pushed({ attributes });
    const tell = async () => {
      const given = { ...headers, 'X-Service-Credential': CREDENTIAL };
      const answer = await fetch(url('uploaded'), { method: 'POST', headers: given, body });
      return z.object({ placement: z.string() }).parse(await answer.json()).placement;
    };
    assert.equal(await tell(), 'unplaced');
    assert.equal((await resumableUpload(upload.url).finish(tone, PIECE)).status, 200);
    assert.equal((await taskNow(task.id)).state, 'UPLOADED');
    assert.equal(await tell(), 'known');
  });

  it('answer broken JSON themselves, so that no parser of the framework logs a password', async () => {
    const logged: unknown[] = [];
    const write = console.error;
    console.error = (...values) => logged.push(...values);
    try {
      const headers = { 'Content-Type': 'application/json' };
      const body = '{"email":"ann@example.org","password":"hunter2",}';
      const answer = await fetch(`${url('auth')}/api/auth/login`, { method: 'POST', headers, body });
      assert.equal(answer.status, 400);
      assert.equal(answer.headers.get('Content-Type'), 'application/problem+json');
      const strange = await fetch(`${url('site')}/docs/%E0`);
      assert.equal(strange.headers.get('Content-Type'), 'application/problem+json');
    } finally {
      console.error = write;
    }
    assert.deepEqual(logged, []);
  });

  it('sweep', async () => {
    const headers = { 'X-Service-Credential': CREDENTIAL };
    const answer = await fetch(`${url('sweep')}/?strays=true`, { method: 'POST', headers });
    assert.equal(answer.status, 200);
    assert.equal(z.looseObject({ strays: z.int() }).parse(await answer.json()).strays, 0);
  });
});

function event(message: object): CloudEvent<object> {
  const type = 'google.cloud.pubsub.topic.v1.messagePublished';
  return new CloudEvent<object>({
    type,
    source: '//pubsub.googleapis.com/projects/p/topics/t',
    data: { message },
  });
}

function sent({ headers, body }: ReturnType<typeof HTTP.binary>) {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { headers: plain, body: String(body) };
}

function pushed(message: object) {
  const body = JSON.stringify({
    message: { messageId: '1', ...message },
    subscription: 'projects/p/subscriptions/s',
  });
  return { headers: { 'Content-Type': 'application/json' }, body };
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

function texts(message: object): Record<string, string> {
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [name, String(value)]));
}
