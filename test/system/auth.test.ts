import assert from 'node:assert/strict';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { PROBLEM, post, testService } from '../support/service.ts';

const SIGN_UP = {
  user: 'ann',
  email: 'ann@example.org',
  password1: 'correct horse',
  password2: 'correct horse',
};
const twice = (password: string) => ({ password1: password, password2: password });
const SESSION = z.strictObject({ token: z.string(), refreshToken: z.string(), expiresIn: z.literal(3600) });

describe('The routes of auth', () => {
  const service = testService();
  const route = (name: string) => `${service.url()}/api/auth/${name}`;
  const problem = async (answer: Response) => {
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    const body = PROBLEM.parse(await answer.json());
    assert.equal(body.status, answer.status);
    assert.equal(body.error, body.detail);
    return body;
  };

  it('sign a user up once', async () => {
    const answer = await post(route('signup'), SIGN_UP);
    assert.equal(answer.status, 200);
    const { user } = z.object({ message: z.string(), user: z.looseObject({}) }).parse(await answer.json());
    assert.deepEqual(user, { id: 1, user: 'ann', email: 'ann@example.org' });
    const again = await post(route('signup'), { ...SIGN_UP, user: 'other', email: 'ANN@example.org' });
    assert.equal(again.status, 409);
    const { code, errors } = await problem(again);
    assert.equal(code, 'taken');
    assert.equal(errors?.[0]?.path, 'email');
  });

  const invalid: [string, object, string][] = [
    ['a short password', { ...SIGN_UP, password1: 'short', password2: 'short' }, 'password1'],
    ['the email for a password', { ...SIGN_UP, ...twice(SIGN_UP.email) }, 'password1'],
    ['a common password', { ...SIGN_UP, ...twice('password1') }, 'password1'],
    ['half a surrogate pair in a password', { ...SIGN_UP, ...twice('correct \ud800 horse') }, 'password1'],
    ['NUL in a password', { ...SIGN_UP, ...twice('correct\0horse') }, 'password1'],
    ['two different passwords', { ...SIGN_UP, password2: 'another horse' }, 'password2'],
    ['no email address', { ...SIGN_UP, email: 'ann' }, 'email'],
    ['no name', { ...SIGN_UP, user: ' ' }, 'user'],
    ['a control character in the name', { ...SIGN_UP, user: 'a\u0000' }, 'user'],
    ['a number for a password', { ...SIGN_UP, password1: 12_345_678 }, 'password1'],
    ['nothing', {}, 'user'],
  ];
  for (const [what, body, field] of invalid) {
    it(`refuse a sign-up with ${what} and name the field`, async () => {
      const answer = await post(route('signup'), body);
      assert.equal(answer.status, 400);
      const { code, errors } = await problem(answer);
      assert.equal(code, 'invalid_request');
      assert.ok(errors?.some(({ path }) => path === field));
    });
  }

  it('give a session that the public keys verify, and keep it out of caches', async () => {
    const { email } = await service.newUser();
    const answer = await post(route('login'), { email, password: 'correct horse' });
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const { token } = SESSION.parse(await answer.json());
    const answered = await (await fetch(`${service.url()}/.well-known/jwks.json`)).json();
    const keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }).parse(answered);
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys));
    assert.equal(payload.email, email);
    assert.equal(protectedHeader.alg, 'ES256');
    assert.ok(!JSON.stringify(keys).includes('"d"'));
  });

  it('refuse a log-in whose password is not possible, and name the field', async () => {
    for (const password of ['half \ud800', 'x'.repeat(5000)]) {
      const answer = await post(route('login'), { email: 'ann@example.org', password });
      assert.equal(answer.status, 400);
      assert.equal((await problem(answer)).errors?.[0]?.path, 'password');
    }
  });

  it('answer a wrong password and an unknown email alike', async () => {
    const { email } = await service.newUser();
    const wrong = await post(route('login'), { email, password: 'wrong horse' });
    const unknown = await post(route('login'), { email: 'nobody@example.org', password: 'wrong horse' });
    assert.equal(wrong.status, 401);
    assert.match(wrong.headers.get('www-authenticate') ?? '', /^Bearer/);
    assert.equal(unknown.status, 401);
    assert.deepEqual(await problem(wrong), await problem(unknown));
  });

  it('rotate refresh tokens, and answer the same one again to a second tab or a repeated request', async () => {
    const { refreshToken } = await service.newUser();
    const tabs = await Promise.all([1, 2, 3].map(() => post(route('refresh'), { refreshToken })));
    const sessions = await Promise.all(tabs.map(async (answer) => SESSION.parse(await answer.json())));
    const [next] = sessions;
    assert.equal(new Set(sessions.map((session) => session.refreshToken)).size, 1);
    assert.equal((await post(route('refresh'), { refreshToken: next?.refreshToken })).status, 200);
  });

  it('log a user in by the same password however its accents are written', async () => {
    const password = 'Ångström und Zoë';
    const person = { user: 'zoë', email: 'zoe@example.org', password1: password, password2: password };
    assert.equal((await post(route('signup'), person)).status, 200);
    const answer = await post(route('login'), { email: person.email, password: password.normalize('NFD') });
    assert.equal(answer.status, 200);
  });

  it('log out', async () => {
    const { refreshToken } = await service.newUser();
    assert.equal((await post(route('logout'), { refreshToken })).status, 200);
    assert.equal((await post(route('refresh'), { refreshToken })).status, 401);
    assert.equal((await post(route('logout'), { refreshToken: 'unknown' })).status, 200);
  });

  const refused: [string, RequestInit, number, string][] = [
    ['a syntax error', json('{"email":'), 400, 'invalid_request'],
    ['an array', json('[]'), 400, 'invalid_request'],
    ['1 MB', json(JSON.stringify({ email: 'x'.repeat(1e6) })), 413, 'too_large'],
    ['no content type', { body: Buffer.from('{}') }, 415, 'unsupported_media_type'],
    ['a form', { body: new URLSearchParams({ email: 'a' }) }, 415, 'unsupported_media_type'],
    ['no body', {}, 415, 'unsupported_media_type'],
    ['an empty body', json(''), 400, 'invalid_request'],
  ];
  for (const [what, init, status, code] of refused) {
    it(`refuse JSON that is ${what}`, async () => {
      for (const name of ['signup', 'login', 'refresh', 'logout']) {
        const answer = await fetch(route(name), { method: 'POST', ...init });
        assert.equal(answer.status, status, name);
        assert.equal((await problem(answer)).code, code, name);
      }
    });
  }

  it('name the methods that are allowed', async () => {
    const answer = await fetch(route('login'), { method: 'DELETE' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'POST');
    assert.equal((await problem(answer)).code, 'method_not_allowed');
  });
});

function json(body: string): RequestInit {
  return { body, headers: { 'Content-Type': 'application/json' } };
}
