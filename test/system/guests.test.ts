import assert from 'node:assert/strict';
import { z } from 'zod';
import { sendRaw } from '../support/raw.ts';
import { PROBLEM, post, testService } from '../support/service.ts';

const IN_COOKIE = { 'X-Session': 'cookie' };
const SHOWN = z.strictObject({ token: z.string(), expiresIn: z.int() });
const ACCOUNT = z.looseObject({ user: z.string(), email: z.string() });
const CHANGED = z.looseObject({ account: ACCOUNT, session: z.looseObject({ token: z.string() }) });
const PERSON = { user: 'gus', email: 'gus@example.org', newPassword: 'battery staple' };

describe('A guest', () => {
  const service = testService();
  const guest = (headers: Record<string, string> = {}) =>
    fetch(`${service.url()}/api/auth/guest`, { method: 'POST', headers });
  const account = async (token: string, method = 'GET', body?: object) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    return fetch(`${service.url()}/api/account`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  const newGuest = async () => SHOWN.parse(await (await guest(IN_COOKIE)).json()).token;
  const codeOf = async (answer: Response) => PROBLEM.parse(await answer.json()).code;

  it('has an account without an email, and each guest another one', async () => {
    const [first, second] = [await newGuest(), await newGuest()];
    const names = new Set<string>();
    for (const token of [first, second]) {
      const { user, email } = ACCOUNT.parse(await (await account(token)).json());
      assert.equal(email, '');
      names.add(user);
    }
    assert.equal(names.size, 2);
  });

  it('cannot be logged in to', async () => {
    await newGuest();
    for (const email of ['', ' ']) {
      const answer = await post(`${service.url()}/api/auth/login`, { email, password: '' });
      assert.equal(answer.status, 401);
    }
  });

  it('is refused behind a proxy, and under a name that another site gave to this machine', async () => {
    for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP'])
      assert.equal((await guest({ [name]: '203.0.113.7' })).status, 404, name);
    const asked = { method: 'POST', target: '/api/auth/guest', body: '' };
    const { status } = await sendRaw(service.url(), { ...asked, headers: ['Host: evil.example:8080'] });
    assert.equal(status, 404);
    assert.equal((await sendRaw(service.url(), asked)).status, 200);
    assert.equal((await sendRaw(service.url(), { ...asked, version: '1.0' })).status, 404);
  });

  it('is refused for a page of another site, and not for one of this machine', async () => {
    for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null'])
      assert.equal((await guest({ Origin: origin })).status, 404, origin);
    assert.equal((await guest({ Origin: service.url() })).status, 200);
  });

  it('becomes a user by an email and a password, and keeps what it has', async () => {
    const token = await newGuest();
    const before = ACCOUNT.parse(await (await account(token)).json());
    const answer = await account(token, 'PATCH', PERSON);
    assert.equal(answer.status, 200);
    const { account: after } = CHANGED.parse(await answer.json());
    assert.deepEqual([after.id, after.user, after.email], [before.id, PERSON.user, PERSON.email]);
    assert.equal((await account(token)).status, 401);
    const logIn = { email: PERSON.email, password: PERSON.newPassword };
    assert.equal((await post(`${service.url()}/api/auth/login`, logIn)).status, 200);
  });

  it('is neither changed nor removed by its API key, which would need no password', async () => {
    const token = await newGuest();
    const asked = { name: 'key', scopes: ['account'] };
    const made = await post(`${service.url()}/api/auth/keys`, asked, { Authorization: `Bearer ${token}` });
    const { key } = z.looseObject({ key: z.string() }).parse(await made.json());
    for (const [method, body] of [
      ['PATCH', PERSON],
      ['DELETE', {}],
    ] as const) {
      const answer = await account(key, method, body);
      assert.deepEqual([answer.status, await codeOf(answer)], [403, 'insufficient_scope'], method);
    }
    assert.equal(ACCOUNT.parse(await (await account(key)).json()).email, '');
  });

  it('becomes one user where two requests ask for it at once', async () => {
    const token = await newGuest();
    const people = ['first', 'second'].map((user) => ({ ...PERSON, user, email: `${user}@example.org` }));
    const answers = await Promise.all(people.map((person) => account(token, 'PATCH', person)));
    const logIns = await Promise.all(
      people.map(({ email, newPassword: password }) =>
        post(`${service.url()}/api/auth/login`, { email, password }),
      ),
    );
    const took = answers.map(({ ok }) => ok);
    assert.deepEqual(took.toSorted(), [false, true]);
    assert.deepEqual(
      logIns.map(({ ok }) => ok),
      took,
    );
  });

  it('needs both at once, and an email and a name that nobody has', async () => {
    const { email } = await service.newUser();
    const token = await newGuest();
    for (const [change, code] of [
      [{ email: 'half@example.org' }, 'invalid_request'],
      [{ newPassword: 'battery staple' }, 'invalid_request'],
      [{ user: 'only a name' }, 'invalid_request'],
      [{ email, newPassword: 'battery staple' }, 'taken'],
      [{ email: 'new@example.org', newPassword: 'battery staple', user: 'user 0' }, 'taken'],
      [{ email: 'new@example.org', newPassword: 'password' }, 'invalid_request'],
    ] as const)
      assert.equal(await codeOf(await account(token, 'PATCH', change)), code, JSON.stringify(change));
    assert.equal((await account(token)).status, 200);
  });

  it('removes the account without a password, which every other user needs', async () => {
    const token = await newGuest();
    assert.equal((await account(token, 'DELETE', {})).status, 200);
    assert.equal((await account(token)).status, 401);
    const user = await service.newUser();
    assert.equal(await codeOf(await account(user.token, 'DELETE', {})), 'invalid_request');
    assert.equal(await codeOf(await account(user.token, 'PATCH', { user: 'x' })), 'invalid_request');
  });
});

describe('A service with GUEST=false', () => {
  const service = testService({ GUEST: 'false' });

  it('takes no guests', async () => {
    const answer = await fetch(`${service.url()}/api/auth/guest`, { method: 'POST' });
    assert.equal(answer.status, 404);
    assert.equal(PROBLEM.parse(await answer.json()).code, 'not_found');
  });
});

describe('A session in a cookie', () => {
  const service = testService();
  const ask = (path: string, headers: Record<string, string>, body: object = {}) =>
    post(`${service.url()}/api/auth/${path}`, body, headers);
  const logIn = async () => {
    const { email } = await service.newUser();
    return ask('login', IN_COOKIE, { email, password: 'correct horse' });
  };
  const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0] ?? '';
  const asCookie = (answer: Response) => ({ ...IN_COOKIE, Cookie: cookieOf(answer).split(';')[0] ?? '' });

  it('keeps the refresh token from scripts and from other sites', async () => {
    const answer = await logIn();
    SHOWN.parse(await answer.json());
    const [, ...attributes] = cookieOf(answer).split('; ');
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Max-Age=2592000', 'Path=/api/auth', 'SameSite=Strict']);
  });

  it('is sent by HTTPS only where a proxy ends TLS', async () => {
    const answer = await logIn();
    const again = await ask('refresh', { ...asCookie(answer), 'X-Forwarded-Proto': 'https' });
    assert.match(cookieOf(again), /; Secure/);
  });

  it('is refreshed and ended by the cookie alone', async () => {
    const first = asCookie(await logIn());
    const answer = await ask('refresh', first);
    SHOWN.parse(await answer.json());
    const second = asCookie(answer);
    assert.notEqual(second.Cookie, first.Cookie);
    const out = await ask('logout', second);
    assert.match(cookieOf(out), /^tonemill_refresh=; Max-Age=0; Path=\/api\/auth/);
    assert.equal((await ask('refresh', second)).status, 401);
  });

  it('is refused for a page of another site, and for a request without the header', async () => {
    const { Cookie } = asCookie(await logIn());
    for (const headers of [
      { ...IN_COOKIE, 'Sec-Fetch-Site': 'cross-site' },
      { ...IN_COOKIE, 'Sec-Fetch-Site': 'same-site' },
      { ...IN_COOKIE, Origin: 'https://evil.example' },
      {},
    ]) {
      for (const path of ['refresh', 'logout'])
        assert.equal((await ask(path, { ...headers, Cookie })).status, 401, JSON.stringify(headers));
    }
    const own = { ...IN_COOKIE, Cookie, Origin: service.url() };
    assert.equal((await ask('refresh', own)).status, 200);
  });

  it('moves to the new cookie when the password changes', async () => {
    const answer = await logIn();
    const { token } = SHOWN.parse(await answer.json());
    const changed = await fetch(`${service.url()}/api/account`, {
      method: 'PATCH',
      headers: { ...IN_COOKIE, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ password: 'correct horse', newPassword: 'battery staple' }),
    });
    SHOWN.parse(CHANGED.parse(await changed.json()).session);
    assert.equal((await ask('refresh', asCookie(answer))).status, 401);
    assert.equal((await ask('refresh', asCookie(changed))).status, 200);
  });
});
