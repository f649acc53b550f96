import assert from 'node:assert/strict';
import { createTransport, type Fetch } from '../../../lib/client/transport.ts';

const RETRIES = { attempts: 3, firstDelay: 1, mostDelay: 1, timeout: 5000 };

describe('The transport of the client', () => {
  /** Answers with these one after another, and notes every request with its body. */
  function transportOver(...answers: (() => Response)[]) {
    const requests: { key: string | null; token: string | null; body: string }[] = [];
    const fetch: Fetch = async (request) => {
      const key = request.headers.get('Idempotency-Key');
      requests.push({ key, token: request.headers.get('Authorization'), body: await request.text() });
      return answers[requests.length - 1]?.() ?? Response.json({});
    };
    let token = 'old';
    const credentials = {
      token: () => token,
      renew: async () => {
        token = 'new';
        return true;
      },
    };
    return { requests, send: createTransport({ fetch, credentials, retries: RETRIES }) };
  }
  const lost = () => {
    throw new TypeError('fetch failed');
  };
  const busy = () => new Response('busy', { status: 503 });
  const post = (path = '/api/tasks') =>
    new Request(`http://service${path}`, { method: 'POST', body: '{"a":1}' });

  it('repeats a POST with the same key and the same body', async () => {
    const { requests, send } = transportOver(lost, busy);
    assert.equal((await send(post())).status, 200);
    assert.equal(requests.length, 3);
    assert.deepEqual(new Set(requests.map(({ body }) => body)), new Set(['{"a":1}']));
    const keys = new Set(requests.map(({ key }) => key));
    assert.equal(keys.size, 1);
    assert.match([...keys][0] ?? '', /^[0-9a-f]{32}$/);
  });

  it('gives each POST a key of its own, and leaves one that is there', async () => {
    const { requests, send } = transportOver();
    await send(post());
    await send(post());
    const own = post();
    own.headers.set('Idempotency-Key', 'mine');
    await send(own);
    assert.notEqual(requests[0]?.key, requests[1]?.key);
    assert.equal(requests[2]?.key, 'mine');
  });

  it('answers the last error, and throws if no answer came', async () => {
    assert.equal((await transportOver(busy, busy, busy).send(post())).status, 503);
    await assert.rejects(transportOver(lost, lost, lost).send(post()), {
      name: 'TonemillError',
      code: 'network',
      status: 0,
    });
  });

  it('counts JSON that breaks off as no answer', async () => {
    const broken = () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"a":'));
          controller.error(new TypeError('terminated'));
        },
      });
      return new Response(body, { headers: { 'Content-Type': 'application/json' } });
    };
    const { requests, send } = transportOver(broken);
    assert.equal((await send(post())).status, 200);
    assert.equal(requests.length, 2);
  });

  it('sends a refused request again with the renewed token, once', async () => {
    const refused = () => new Response(null, { status: 401 });
    const { requests, send } = transportOver(refused, refused);
    assert.equal((await send(post())).status, 401);
    assert.deepEqual(
      requests.map(({ token }) => token),
      ['Bearer old', 'Bearer new'],
    );
  });

  it('sends a sign-up once: after a lost answer the user may exist', async () => {
    for (const answer of [lost, busy]) {
      const { requests, send } = transportOver(answer);
      await send(post('/api/auth/signup')).catch(({ code }) => assert.equal(code, 'network'));
      assert.equal(requests.length, 1);
    }
  });

  it('sends no token where a session begins', async () => {
    const { requests, send } = transportOver();
    await send(post('/api/auth/login'));
    assert.equal(requests[0]?.token, null);
  });

  it('stops between two attempts where the caller stops it', async () => {
    const stopping = new AbortController();
    const reason = new Error('stop');
    const { requests, send } = transportOver(() => {
      stopping.abort(reason);
      return busy();
    });
    const request = new Request('http://service/api/tasks', { signal: stopping.signal });
    await assert.rejects(send(request), (error) => error === reason);
    assert.equal(requests.length, 1);
  });

  it('counts a service that never answers as no answer', async () => {
    const silent: Fetch = (request) =>
      new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true });
      });
    const credentials = { token: () => 'token', renew: async () => false };
    const send = createTransport({ fetch: silent, credentials, retries: { ...RETRIES, timeout: 5 } });
    await assert.rejects(send(post()), { code: 'network' });
  });
});
