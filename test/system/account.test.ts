import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { createBatch } from '../support/batch.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, post, testService, type User } from '../support/service.ts';

const PASSWORD = 'correct horse';
const SESSION = z.object({ token: z.string(), refreshToken: z.string() });
const CHANGED = z.object({ account: z.looseObject({ email: z.string() }), session: SESSION });

describe('The account', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  const ask = (user: User, method: string, body?: object) =>
    user.fetch('/api/account', {
      method,
      ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
  const asToken = (token: string, path = '/api/tasks') =>
    fetch(`${service.url()}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  const logIn = (email: string, password: string) =>
    post(`${service.url()}/api/auth/login`, { email, password });
  const codeOf = async (answer: Response) => PROBLEM.parse(await answer.json()).code;

  async function convert(user: User) {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1);
    return user.convert({ name: 'a.wav', bytes: await readFile(path) }, 'mp3');
  }

  it('shows what its tasks take, and the limits', async () => {
    const user = await service.newUser();
    await convert(user);
    const found = await (await ask(user, 'GET')).json();
    const shape = z.object({
      email: z.literal(user.email),
      usage: z.strictObject({ tasks: z.record(z.string(), z.int()) }),
      limits: z.strictObject({
        uploadBytes: z.int(),
        resultBytes: z.int(),
        durationSeconds: z.int(),
        formats: z.null(),
        quotas: z.record(z.string(), z.int()),
        retention: z.strictObject({ days: z.literal(0), maxDays: z.literal(0) }),
        rates: z.array(z.strictObject({ policy: z.string(), quota: z.int(), seconds: z.int() })),
      }),
    });
    assert.deepEqual(shape.parse(found).usage.tasks, { PROCESSED: 1 });
  });

  it('gets a new password, which ends every other session at once and leaves API keys', async () => {
    const user = await service.newUser();
    const other = SESSION.parse(await (await logIn(user.email, PASSWORD)).json());
    const made = await user.fetch('/api/auth/keys', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'k', scopes: ['tasks:read'] }),
    });
    const { key } = z.object({ key: z.string() }).parse(await made.json());
    const answer = await ask(user, 'PATCH', { password: PASSWORD, newPassword: 'battery staple' });
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const { session } = CHANGED.parse(await answer.json());
    for (const token of [user.token, other.token]) assert.equal((await asToken(token)).status, 401);
    for (const { refreshToken } of [user, other])
      assert.equal((await post(`${service.url()}/api/auth/refresh`, { refreshToken })).status, 401);
    assert.equal((await asToken(session.token)).status, 200);
    assert.equal((await asToken(key)).status, 200);
    const { refreshToken } = session;
    assert.equal((await post(`${service.url()}/api/auth/refresh`, { refreshToken })).status, 200);
    assert.equal((await logIn(user.email, PASSWORD)).status, 401);
    assert.equal((await logIn(user.email, 'battery staple')).status, 200);
  });

  it('gets a new email, and no session ends', async () => {
    const [user, other] = [await service.newUser(), await service.newUser()];
    const email = 'moved@example.org';
    const { account, session } = CHANGED.parse(
      await (await ask(user, 'PATCH', { password: PASSWORD, email })).json(),
    );
    assert.equal(account.email, email);
    for (const { token } of [user, session]) assert.equal((await asToken(token)).status, 200);
    assert.equal((await logIn(email, PASSWORD)).status, 200);
    const taken = await ask(other, 'PATCH', { password: PASSWORD, email: 'MOVED@example.org' });
    assert.equal(await codeOf(taken), 'taken');
  });

  it('changes and goes only with the present password', async () => {
    const user = await service.newUser();
    for (const [method, body, code] of [
      ['PATCH', { password: 'wrong', newPassword: 'battery staple' }, 'wrong_password'],
      ['PATCH', { password: PASSWORD }, 'invalid_request'],
      ['PATCH', { newPassword: 'battery staple' }, 'invalid_request'],
      ['PATCH', { password: PASSWORD, newPassword: 'password1' }, 'invalid_request'],
      ['PATCH', { password: PASSWORD, email: 'a' }, 'invalid_request'],
      ['PATCH', { password: PASSWORD, email: 'a@example.org', id: 7 }, 'invalid_request'],
      ['DELETE', { password: 'wrong' }, 'wrong_password'],
      ['DELETE', {}, 'invalid_request'],
    ] as const)
      assert.equal(await codeOf(await ask(user, method, body)), code, JSON.stringify(body));
    assert.equal((await ask(user, 'GET')).status, 200);
  });

  it('goes with all tasks, files, sessions and keys', async () => {
    const user = await service.newUser();
    const before = await service.files();
    await Promise.all([convert(user), convert(user), createBatch(user, ['a.wav', 'b.wav'])]);
    assert.ok((await service.files()).length > before.length);
    assert.equal((await ask(user, 'DELETE', { password: PASSWORD })).status, 200);
    assert.deepEqual(await service.files(), before);
    for (const path of ['/api/tasks', '/api/batches', '/api/account', '/api/events'])
      assert.equal((await asToken(user.token, path)).status, 401, path);
    assert.equal((await logIn(user.email, PASSWORD)).status, 401);
  });
});
