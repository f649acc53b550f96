import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { answering, testReceiver, verified } from '../support/receiver.ts';
import { post, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const WEBHOOK = z.looseObject({
  id: z.int(),
  url: z.string(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  disabledReason: z.string().nullable(),
});
const WITH_SECRET = WEBHOOK.extend({ secret: z.string().regex(/^whsec_/) });
const DELIVERY = z.looseObject({
  id: z.int(),
  event: z.string(),
  state: z.string(),
  tries: z.int(),
  request: z.object({
    url: z.string().nullable(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
  answer: z.object({ status: z.int(), body: z.string() }).nullable(),
  error: z.string().nullable(),
});
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('Webhooks', function () {
  this.timeout(60_000);
  const service = testService({ OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' });
  const receiver = testReceiver();
  let user: User;
  let tone: { name: string; bytes: Uint8Array };

  before(async () => {
    const path = join(service.data(), 'tone.wav');
    await makeTone(path, 1);
    tone = { name: 'tone.wav', bytes: await readFile(path) };
  });
  beforeEach(async () => {
    user = await service.newUser();
  });

  const send = (method: string, path: string, body?: unknown) =>
    user.fetch(path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    });
  const create = async (events: string[], path = '/') => {
    const answer = await send('POST', '/api/webhooks', { url: receiver.url(path), events });
    assert.equal(answer.status, 200);
    return WITH_SECRET.parse(await answer.json());
  };
  const webhook = async (id: number) => WEBHOOK.parse(await (await user.fetch(`/api/webhooks/${id}`)).json());
  const deliveries = async (id: number, query = '') =>
    z.array(DELIVERY).parse(await (await user.fetch(`/api/webhooks/${id}/deliveries${query}`)).json());
  const ended = async (id: number) => {
    await until(async () => (await deliveries(id)).every(({ state }) => state !== 'PENDING'));
    return deliveries(id);
  };

  it('tell of a task from its upload to its end, signed, with the trace of its request', async () => {
    const { id, secret } = await create(['task.uploaded', 'task.processed', 'task.failed']);
    const form = new FormData();
    form.append('newFormat', 'mp3');
    form.append('audio', new Blob([Uint8Array.from(tone.bytes)]), tone.name);
    const made = await user.fetch('/api/tasks', {
      method: 'POST',
      body: form,
      headers: { traceparent: TRACE },
    });
    const { task } = z.object({ task: z.object({ id: z.int() }) }).parse(await made.json());
    await until(() => receiver.received.length === 2);
    const messages = receiver.received.map((one) => verified(one, secret));
    assert.deepEqual(
      messages.map(({ type }) => type),
      ['task.uploaded', 'task.processed'],
    );
    const { data } = messages[1] ?? {};
    assert.deepEqual(
      [data?.id, data?.name, data?.state, data?.convertedExt],
      [task.id, 'tone.wav', 'PROCESSED', 'mp3'],
    );
    for (const { headers, body } of receiver.received) {
      assert.equal(headers.traceparent, TRACE);
      assert.ok(Buffer.byteLength(body) < 20_000);
    }
    const shown = await ended(id);
    assert.deepEqual(
      shown.map(({ event, state, tries, answer }) => [event, state, tries, answer?.status]),
      [
        ['task.processed', 'DELIVERED', 1, 204],
        ['task.uploaded', 'DELIVERED', 1, 204],
      ],
    );
    assert.equal(shown[0]?.request.body, receiver.received[1]?.body);
    assert.equal(shown[0]?.request.headers['webhook-id'], receiver.received[1]?.headers['webhook-id']);
    const [newest] = await deliveries(id, '?max=1');
    assert.deepEqual(await deliveries(id, `?max=1&after=${newest?.id}`), shown.slice(1));
  });

  it('of one task get its events alone, by a secret of the answer or one of their own', async () => {
    const own = `whsec_${Buffer.alloc(32, 'x').toString('base64')}`;
    const wanted = { url: receiver.url('/own'), events: ['task.failed'], secret: own };
    const answer = await user.upload({
      newFormat: 'mp3',
      audio: { name: 'noise.wav', bytes: Buffer.from('no sound') },
      webhook: JSON.stringify(wanted),
    });
    const made = z
      .object({ webhook: WITH_SECRET, task: z.object({ id: z.int() }) })
      .parse(await answer.json());
    assert.deepEqual([made.webhook.secret, made.webhook.taskId], [own, made.task.id]);
    await user.convert({ name: 'other.wav', bytes: Buffer.from('no sound either') }, 'mp3');
    await until(() => receiver.received.length > 0);
    const [shown] = await ended(made.webhook.id);
    const message = verified(receiver.received[0] ?? assert.fail(), own);
    assert.deepEqual(
      [message.type, message.data.id, shown?.state],
      ['task.failed', made.task.id, 'DELIVERED'],
    );
    assert.equal(receiver.received.length, 1);
    const listed = z.array(WEBHOOK).parse(await (await user.fetch('/api/webhooks')).json());
    assert.deepEqual(listed, []);
  });

  it('come with a conversion in one request, signed by the secret of the caller, and a destination as well', async () => {
    const secret = `whsec_${Buffer.alloc(32, 'y').toString('base64')}`;
    const convert = (wanted: object) => {
      const form = new FormData();
      form.append('format', 'mp3');
      form.append('destination', receiver.url('/result.mp3'));
      form.append('webhook', JSON.stringify(wanted));
      form.append('audio', new Blob([Uint8Array.from(tone.bytes)]), tone.name);
      return user.fetch('/api/convert', { method: 'POST', body: form });
    };
    const wanted = { url: receiver.url('/hook'), events: ['task.processed'] };
    const answer = await convert({ ...wanted, secret });
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'audio/mpeg']);
    await until(() => receiver.received.length === 2);
    const [message, result] = ['/hook', '/result.mp3'].map((path) =>
      receiver.received.find((one) => one.path === path),
    );
    assert.equal(verified(message ?? assert.fail(), secret).type, 'task.processed');
    assert.equal(result?.headers['content-type'], 'audio/mpeg');
    const refused = await convert(wanted);
    assert.equal(refused.status, 400);
    assert.match(JSON.stringify(await refused.json()), /webhook\.secret/);
  });

  it('of a batch tell once when all of its tasks have ended', async () => {
    const answer = await send('POST', '/api/batches', {
      name: 'Album',
      tasks: [1, 2, 3].map((number) => ({ filename: `${number}.wav`, newFormat: 'mp3' })),
      webhook: { url: receiver.url(), events: ['batch.finished'] },
    });
    const made = z
      .object({
        batch: z.object({ id: z.int() }),
        webhook: WITH_SECRET,
        tasks: z.array(z.object({ upload: z.object({ url: z.string() }) })),
      })
      .parse(await answer.json());
    const bodies = [tone.bytes, Buffer.from('no sound'), tone.bytes];
    await Promise.all(
      made.tasks.map(({ upload }, index) =>
        fetch(upload.url, { method: 'PUT', body: Uint8Array.from(bodies[index] ?? []) }),
      ),
    );
    await until(() => receiver.received.length > 0);
    assert.equal((await ended(made.webhook.id)).length, 1);
    const { type, data } = verified(receiver.received[0] ?? assert.fail(), made.webhook.secret);
    assert.equal(type, 'batch.finished');
    assert.deepEqual(
      [data.id, data.name, data.total, data.states],
      [made.batch.id, 'Album', 3, { FAILED: 1, PROCESSED: 2 }],
    );
  });

  it('can be tried, and a delivery sent again as the same message', async () => {
    const { id, secret } = await create(['task.failed']);
    receiver.answers.push(answering(200, {}, 'thank you'));
    const tested = await send('POST', `/api/webhooks/${id}/test`);
    assert.equal(DELIVERY.parse(await tested.json()).state, 'PENDING');
    const [first] = await ended(id);
    assert.deepEqual(first?.answer, { status: 200, body: 'thank you' });
    const replayed = await send('POST', `/api/webhooks/${id}/deliveries/${first?.id}/replay`);
    assert.equal(replayed.status, 200);
    await until(() => receiver.received.length === 2);
    const [one, other] = receiver.received;
    assert.deepEqual([one?.headers['webhook-id'], one?.body], [other?.headers['webhook-id'], other?.body]);
    assert.equal(verified(other ?? assert.fail(), secret).type, 'webhook.test');
    assert.equal((await ended(id)).length, 1);
  });

  it('sign by the secrets before and after a rotation', async () => {
    const { id, secret } = await create(['task.failed']);
    const rotated = await send('POST', `/api/webhooks/${id}/secret`, {});
    const { secret: next } = WITH_SECRET.parse(await rotated.json());
    assert.notEqual(next, secret);
    await send('POST', `/api/webhooks/${id}/test`);
    await until(() => receiver.received.length === 1);
    const [message = assert.fail()] = receiver.received;
    for (const known of [secret, next]) assert.equal(verified(message, known).type, 'webhook.test');
    const other = `whsec_${Buffer.alloc(32).toString('base64')}`;
    assert.throws(() => verified(message, other), /No matching signature/);
  });

  it('end by 410, which the other webhooks of the account and the webhook itself tell', async () => {
    const { id } = await create(['task.failed'], '/gone');
    const watching = await create(['webhook.disabled'], '/watching');
    receiver.answers.push(answering(410));
    await send('POST', `/api/webhooks/${id}/test`);
    await until(() => receiver.received.length === 2);
    const { enabled, disabledReason } = await webhook(id);
    assert.deepEqual([enabled, disabledReason], [false, 'gone']);
    const told = verified(receiver.received[1] ?? assert.fail(), watching.secret);
    assert.deepEqual([told.type, told.data.id, told.data.reason], ['webhook.disabled', id, 'gone']);
    const refused = await send('POST', `/api/webhooks/${id}/test`);
    assert.equal(refused.status, 409);
    await user.convert({ name: 'other.wav', bytes: Buffer.from('no sound') }, 'mp3');
    const enabledAgain = await send('PATCH', `/api/webhooks/${id}`, { enabled: true });
    assert.equal(WEBHOOK.parse(await enabledAgain.json()).disabledReason, null);
    await send('POST', `/api/webhooks/${id}/test`);
    await until(() => receiver.received.length === 3);
  });

  it('are changed and removed by their owner alone', async () => {
    const { id } = await create(['task.failed']);
    const changed = await send('PATCH', `/api/webhooks/${id}`, {
      url: receiver.url('/other'),
      events: ['task.processed'],
    });
    const { url, events } = WEBHOOK.parse(await changed.json());
    assert.deepEqual([url, events], [receiver.url('/other'), ['task.processed']]);
    await send('POST', `/api/webhooks/${id}/test`);
    const [delivery] = await ended(id);
    const owner = user;
    user = await service.newUser();
    const calls: [string, string, unknown?][] = [
      ['GET', ''],
      ['PATCH', '', { enabled: false }],
      ['DELETE', ''],
      ['POST', '/secret', {}],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['POST', `/deliveries/${delivery?.id}/replay`],
    ];
    for (const [method, path, body] of calls)
      assert.equal((await send(method, `/api/webhooks/${id}${path}`, body)).status, 404, `${method} ${path}`);
    const theirs = await create(['task.failed']);
    const foreign = `/api/webhooks/${theirs.id}/deliveries/${delivery?.id}/replay`;
    assert.equal((await send('POST', foreign)).status, 404);
    user = owner;
    assert.equal((await send('DELETE', `/api/webhooks/${id}`)).status, 200);
    assert.equal((await user.fetch(`/api/webhooks/${id}`)).status, 404);
  });

  it('are refused with the reason: addresses, events, secrets, and more than twenty', async () => {
    const url = receiver.url();
    const refusals: [object, string][] = [
      [{ url: 'ftp://example.com/', events: ['task.failed'] }, 'url_refused'],
      [{ url: 'http://169.254.169.254/', events: ['task.failed'] }, 'url_refused'],
      [{ url: 'http://u:p@example.com/', events: ['task.failed'] }, 'url_refused'],
      [{ url, events: [] }, 'invalid_request'],
      [{ url, events: ['task.removed'] }, 'invalid_request'],
      [{ url, events: ['task.failed'], secret: 'whsec_short' }, 'invalid_request'],
      [{ url, events: ['task.failed'], event: 'x' }, 'invalid_request'],
    ];
    for (const [body, code] of refusals) {
      const { code: found } = z
        .object({ code: z.string() })
        .parse(await (await send('POST', '/api/webhooks', body)).json());
      assert.equal(found, code, JSON.stringify(body));
    }
    const created = await Promise.all(
      Array.from({ length: 22 }, () => send('POST', '/api/webhooks', { url, events: ['task.failed'] })),
    );
    assert.equal(created.filter(({ ok }) => ok).length, 20);
  });

  it('are made once by requests with one Idempotency-Key, and need both scopes of a key', async () => {
    const body = { url: receiver.url(), events: ['task.failed'] };
    const keyed = { Authorization: `Bearer ${user.token}`, 'Idempotency-Key': 'hook' };
    const [one, other] = [
      await post(`${service.url()}/api/webhooks`, body, keyed),
      await post(`${service.url()}/api/webhooks`, body, keyed),
    ];
    assert.deepEqual(await one.json(), await other.json());
    const made = await send('POST', '/api/auth/keys', { name: 'writer', scopes: ['tasks:write'] });
    const { key } = z.object({ key: z.string() }).parse(await made.json());
    const refused = await post(`${service.url()}/api/webhooks`, body, { Authorization: `Bearer ${key}` });
    assert.equal(refused.status, 403);
  });
});

describe('A webhook to the service itself', () => {
  const service = testService({ OUTBOUND_HTTP: 'true' });

  it('is refused, as is any address that is not public', async () => {
    const user = await service.newUser();
    const headers = { Authorization: `Bearer ${user.token}` };
    const create = (url: string) =>
      post(`${service.url()}/api/webhooks`, { url, events: ['task.failed'] }, headers);
    const { port } = new URL(service.url());
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433'])
      assert.equal((await create(`http://${host}:${port}/`)).status, 422, host);
    // Only a name server tells where a name leads.
    const { id } = WEBHOOK.parse(await (await create(`http://localhost:${port}/api/webhooks`)).json());
    await user.fetch(`/api/webhooks/${id}/test`, { method: 'POST' });
    const tried = async () =>
      z.array(DELIVERY).parse(await (await user.fetch(`/api/webhooks/${id}/deliveries`)).json());
    await until(async () => (await tried()).some(({ tries }) => tries > 0));
    const [delivery] = await tried();
    assert.deepEqual(
      [delivery?.answer, delivery?.error],
      [null, 'The URL leads to an address that is not public.'],
    );
  });
});
