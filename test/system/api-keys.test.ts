import assert from 'node:assert/strict';
import { z } from 'zod';
import { PROBLEM, testService } from '../support/service.ts';

const KEY = z.strictObject({
  id: z.int(),
  name: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
});
const CREATED = KEY.extend({ key: z.string() });

describe('API keys', () => {
  const service = testService();
  const url = (path: string) => `${service.url()}${path}`;

  const logIn = async () => (await service.newUser()).token;

  const ask = (token: string, method: string, path: string, body?: object) =>
    fetch(url(path), {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });

  async function keyOf(token: string, body: object) {
    const answer = await ask(token, 'POST', '/api/auth/keys', body);
    assert.equal(answer.status, 200, await answer.clone().text());
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    return CREATED.parse(await answer.json());
  }

  async function refusal(answer: Response) {
    const { status, code, detail } = PROBLEM.parse(await answer.json());
    return { status, code, detail, challenge: answer.headers.get('www-authenticate') };
  }

  it('allow what their scopes say, and are shown once', async () => {
    const token = await logIn();
    const { key, id, ...made } = await keyOf(token, {
      name: ' reader ',
      scopes: ['tasks:read', 'tasks:read'],
    });
    assert.deepEqual([made.name, made.scopes, made.lastUsedAt], ['reader', ['tasks:read'], null]);
    assert.equal((await ask(key, 'GET', '/api/tasks')).status, 200);
    const list = z.array(KEY).parse(await (await ask(token, 'GET', '/api/auth/keys')).json());
    assert.deepEqual(
      list.map((one) => one.id),
      [id],
    );
    assert.notEqual(list[0]?.lastUsedAt, null);
    for (const [method, path] of [
      ['POST', '/api/tasks'],
      ['POST', '/api/probe'],
      ['PUT', '/api/tasks/1'],
      ['DELETE', '/api/tasks/1'],
      ['GET', '/api/auth/keys'],
      ['POST', '/api/auth/keys'],
      ['DELETE', `/api/auth/keys/${id}`],
    ] as const) {
      const answer = await ask(key, method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
      const { status, code, challenge } = await refusal(answer);
      assert.deepEqual([status, code], [403, 'insufficient_scope'], `${method} ${path}`);
      assert.match(challenge ?? '', /error="insufficient_scope"/);
    }
  });

  it('give no other key more rights than they have', async () => {
    const token = await logIn();
    const { key } = await keyOf(token, { name: 'keeper', scopes: ['account', 'tasks:read'] });
    assert.deepEqual((await keyOf(key, { name: 'less', scopes: ['tasks:read'] })).scopes, ['tasks:read']);
    const answer = await ask(key, 'POST', '/api/auth/keys', { name: 'more', scopes: ['tasks:write'] });
    assert.deepEqual((await refusal(answer)).code, 'insufficient_scope');
  });

  it('end when they are removed, and belong to their user', async () => {
    const [cid, dan] = [await logIn(), await logIn()];
    const { key, id } = await keyOf(cid, { name: 'one', scopes: ['tasks:read'] });
    assert.equal((await ask(dan, 'DELETE', `/api/auth/keys/${id}`)).status, 404);
    assert.equal((await ask(key, 'GET', '/api/tasks')).status, 200);
    assert.equal((await ask(cid, 'DELETE', `/api/auth/keys/${id}`)).status, 200);
    assert.equal((await refusal(await ask(key, 'GET', '/api/tasks'))).status, 401);
  });

  it('are refused with a sentence where their request is wrong', async () => {
    const token = await logIn();
    for (const [body, expected] of [
      [{ name: '', scopes: ['tasks:read'] }, /expected a name/],
      [{ name: 'a\u0007', scopes: ['tasks:read'] }, /control characters/],
      [{ name: 'a', scopes: [] }, /expected some of tasks:read/],
      [{ name: 'a', scopes: ['all'] }, /scopes/],
      [{ name: 'a', scopes: ['account'], expiresAt: '2001-01-01T00:00:00Z' }, /in the future/],
      [{ name: 'a', scopes: ['account'], expiresAt: 'soon' }, /expected a time such as/],
      [{ name: 'a', scopes: ['account'], admin: true }, /admin/],
    ] as const) {
      const { status, detail } = await refusal(await ask(token, 'POST', '/api/auth/keys', body));
      assert.equal(status, 400);
      assert.match(detail, expected);
    }
  });

  it('are limited to a hundred for each user, also when many are asked for at once', async () => {
    const token = await logIn();
    const answers = await Promise.all(
      Array.from({ length: 110 }, () =>
        ask(token, 'POST', '/api/auth/keys', { name: 'k', scopes: ['account'] }),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 100);
    assert.ok(answers.every(({ status }) => status === 200 || status === 400));
  });

  it('are refused with 401 where no user has them, or where they are no key', async () => {
    for (const text of ['tm_', `tm_${'a'.repeat(49)}`, 'tm_\u00ff', 'tm_1 2'])
      assert.equal((await ask(encodeURIComponent(text), 'GET', '/api/tasks')).status, 401, text);
  });
});
