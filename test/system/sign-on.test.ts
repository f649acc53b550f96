import assert from 'node:assert/strict';
import { z } from 'zod';
import { loadConfig } from '../../lib/config/config.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { formOf } from '../support/administrator.ts';
import { sendRaw } from '../support/raw.ts';
import { PROBLEM, post, testService } from '../support/service.ts';

const SESSION = z.object({ token: z.string() });
const ACCOUNT = z.object({ id: z.int(), user: z.string(), email: z.string(), hasPassword: z.boolean() });
const HEADER = 'X-Remote-Email';

describe('A trusted proxy', () => {
  const service = testService({
    REMOTE_USER_HEADER: HEADER,
    TRUST_PROXY: '127.0.0.1, ::1',
    REGISTRATION: 'closed',
    ADMIN_EMAILS: 'root@example.org',
  });
  const ask = (headers: readonly string[]) =>
    sendRaw(service.url(), { method: 'POST', target: '/api/auth/remote', body: '', headers: [...headers] });
  const signOn = (email: string, headers: Record<string, string> = {}) =>
    fetch(`${service.url()}/api/auth/remote`, { method: 'POST', headers: { [HEADER]: email, ...headers } });
  const asked = async (answer: Response, path: string, init: RequestInit = {}) => {
    const { token } = SESSION.parse(await answer.json());
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    return fetch(`${service.url()}${path}`, { ...init, headers });
  };
  const account = async (answer: Response) =>
    ACCOUNT.parse(await (await asked(answer, '/api/account')).json());

  it('logs its users in, and makes their accounts at first sight, whoever else may sign up', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => signOn('ann@example.org')));
    const accounts = await Promise.all(answers.map(account));
    const { id } = accounts[0] ?? {};
    for (const one of accounts)
      assert.deepEqual(one, { id, user: 'ann', email: 'ann@example.org', hasPassword: false });
    assert.equal((await account(await signOn('Ann@Example.ORG'))).id, id);
    const namesake = await account(await signOn('ann@example.net'));
    assert.match(namesake.user, /^ann-[0-9a-f]{8}$/);
    for (const password of ['', '!'])
      assert.equal(
        (await post(`${service.url()}/api/auth/login`, { email: 'ann@example.org', password })).status,
        401,
      );
  });

  it('proves the address of an administrator', async () => {
    assert.equal((await asked(await signOn('root@example.org'), '/api/admin/users')).status, 200);
    assert.equal((await asked(await signOn('ann@example.org'), '/api/admin/users')).status, 404);
  });

  it('keeps its users from another email and a password, which would be a way around it', async () => {
    for (const change of [{ email: 'x@example.org' }, { newPassword: 'battery staple' }]) {
      const init = { method: 'PATCH', body: JSON.stringify(change) };
      assert.equal((await asked(await signOn('bob@example.org'), '/api/account', init)).status, 400);
    }
    const renamed = { method: 'PATCH', body: JSON.stringify({ user: 'Bobby' }) };
    assert.equal((await asked(await signOn('bob@example.org'), '/api/account', renamed)).status, 200);
    const removed = { method: 'DELETE', body: '{}' };
    assert.equal((await asked(await signOn('bob@example.org'), '/api/account', removed)).status, 200);
  });

  it('is believed only if it names exactly one user, in this header', async () => {
    const one = `${HEADER}: ann@example.org`;
    for (const headers of [
      [],
      [one, one],
      [one, `${HEADER.toLowerCase()}: root@example.org`],
      [`${HEADER}: ann@example.org, root@example.org`],
      [`${HEADER}: ann@example.org,`],
      [`${HEADER}: Ann <ann@example.org>`],
      [`${HEADER}: ann`],
      [`${HEADER}:`],
      [`${HEADER}: ann@example.org\tx`],
      [`${HEADER}: \xe4nn@example.org`],
      ['X_Remote_Email: ann@example.org'],
      ['X-Remote_Email: ann@example.org'],
      ['X-Remote-Email2: ann@example.org'],
      [`${HEADER}: ${'a'.repeat(250)}@example.org`],
    ])
      assert.equal((await ask(headers)).status, 401, JSON.stringify(headers));
    assert.equal((await ask([one, 'X_Remote_Email: root@example.org'])).status, 200);
    for (const hidden of ['\x01', '\x7f', '\0', '\r'])
      assert.ok([400, 401].includes((await ask([`${HEADER}: ann@example.org${hidden}`])).status));
  });

  it('opens the session in a cookie for the page, which needs no form', async () => {
    const answer = await signOn('cid@example.org', { 'X-Session': 'cookie' });
    assert.match(answer.headers.get('Set-Cookie') ?? '', /^tonemill_refresh=/);
    assert.match(await (await fetch(service.url())).text(), /<body[^>]* data-signs-on/);
  });
});

describe('A peer that is no trusted proxy', () => {
  const service = testService({ REMOTE_USER_HEADER: HEADER, TRUST_PROXY: '192.0.2.1' });

  it('is not believed, whatever it says about itself', async () => {
    for (const more of [{}, { 'X-Forwarded-For': '192.0.2.1' }, { Forwarded: 'for=192.0.2.1' }]) {
      const headers = { [HEADER]: 'ann@example.org', ...more };
      const answer = await fetch(`${service.url()}/api/auth/remote`, { method: 'POST', headers });
      assert.equal(answer.status, 401);
    }
  });
});

describe('An account that somebody made by a password', () => {
  const service = testService({ REMOTE_USER_HEADER: HEADER, TRUST_PROXY: '127.0.0.1, ::1' });

  it('is not given to the user of a proxy with the same email', async () => {
    await post(`${service.url()}/api/auth/signup`, formOf('eve', 'dan@example.org'));
    const headers = { [HEADER]: 'dan@example.org' };
    const answer = await fetch(`${service.url()}/api/auth/remote`, { method: 'POST', headers });
    assert.equal(answer.status, 409);
    assert.equal(PROBLEM.parse(await answer.json()).code, 'taken');
  });
});

describe('A service without a sign-on', () => {
  const service = testService();

  it('has no such route, and believes no number of proxies', async () => {
    assert.equal((await fetch(`${service.url()}/api/auth/remote`, { method: 'POST' })).status, 404);
    for (const proxies of [undefined, '1'])
      assert.throws(
        () => loadConfig({ REMOTE_USER_HEADER: HEADER, TRUST_PROXY: proxies }),
        (error) => hasCode(error, 'misconfigured') && /TRUST_PROXY/.test(error.message),
      );
  });
});
