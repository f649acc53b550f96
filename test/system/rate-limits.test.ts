import assert from 'node:assert/strict';
import { z } from 'zod';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { createRateLimitStore } from '../../lib/adapters/database/rate-limits.ts';
import { createRateLimit } from '../../lib/limits/rate-limits.ts';
import { testDatabase } from '../support/database.ts';
import { PROBLEM, testService } from '../support/service.ts';

const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

const REFUSAL = PROBLEM.extend({ type: z.string(), 'violated-policies': z.array(z.string()) });
const SESSION = z.object({ token: z.string(), refreshToken: z.string() });
const ACCOUNT = z.object({ limits: z.object({ rates: z.array(z.unknown()) }) });

/** The answer is 429, names the policy in its body and its fields, and says when to come again. */
async function isRefused(answer: Response, policy: string, quota: number, seconds: number): Promise<void> {
  assert.equal(answer.status, 429);
  const body = REFUSAL.parse(await answer.json());
  assert.equal(body.code, 'rate_limited');
  assert.equal(body.type, QUOTA_EXCEEDED);
  assert.deepEqual(body['violated-policies'], [policy]);
  const wait = Number(answer.headers.get('Retry-After'));
  assert.ok(wait >= 1 && wait <= seconds, `${wait}`);
  assert.equal(answer.headers.get('RateLimit-Policy'), `"${policy}";q=${quota};w=${seconds}`);
  assert.equal(answer.headers.get('RateLimit'), `"${policy}";r=0;t=${wait}`);
}

describe('Limits on log-ins and sign-ups', () => {
  const service = testService({
    FAILED_LOGINS: '3',
    FAILED_LOGINS_PER_ADDRESS: '8',
    SIGN_UPS_PER_ADDRESS: '4',
    TRUST_PROXY: '1',
  });
  const [home, elsewhere] = ['198.51.100.1', '203.0.113.9'];
  const from = (address: string, path: string, body: object) =>
    fetch(`${service.url()}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
      body: JSON.stringify(body),
    });
  const logIn = (address: string, email: string, password = 'correct horse') =>
    from(address, '/api/auth/login', { email, password });
  const signUp = (address: string, name: string) =>
    from(address, '/api/auth/signup', {
      user: name,
      email: `${name}@example.org`,
      password1: 'correct horse',
      password2: 'correct horse',
    });

  it('refuse more accounts from one address, and none from another', async () => {
    for (const name of ['ann', 'bob', 'cid', 'dan']) assert.equal((await signUp(home, name)).status, 200);
    await isRefused(await signUp(home, 'eve'), 'sign-ups', 4, 3600);
    assert.equal((await signUp(elsewhere, 'eve')).status, 200);
  });

  it('refuse more guesses at one account, all at once as well, but lock its owner out nowhere else', async () => {
    const guesses = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((guess) => logIn(elsewhere, 'ANN@example.org', guess)),
    );
    assert.equal(guesses.filter(({ status }) => status === 401).length, 3);
    for (const guess of guesses.filter(({ status }) => status !== 401))
      await isRefused(guess, 'log-ins', 3, 900);
    // Neither does the right password get in where the guesses came from, nor is the owner kept out elsewhere.
    assert.equal((await logIn(elsewhere, 'ann@example.org')).status, 429);
    const session = await logIn(home, 'ann@example.org');
    assert.equal(session.status, 200);
    const { refreshToken } = SESSION.parse(await session.json());
    const refreshed = await from(elsewhere, '/api/auth/refresh', { refreshToken });
    assert.equal(refreshed.status, 200);
  });

  it('count no right passwords', async () => {
    for (let times = 0; times < 6; times++) assert.equal((await logIn(home, 'bob@example.org')).status, 200);
  });

  it('refuse guesses at many accounts from one address, which they tell of unknown ones as well', async () => {
    const address = '192.0.2.77';
    assert.equal((await logIn(address, 'cid@example.org')).status, 200);
    for (let guess = 0; guess < 8; guess++)
      assert.equal((await logIn(address, `nobody${guess}@example.org`)).status, 401);
    await isRefused(await logIn(address, 'dan@example.org'), 'log-ins-of-address', 8, 900);
    // The address is one of Cid's.
    assert.equal((await logIn(address, 'cid@example.org')).status, 200);
  });

  it('take the addresses of one IPv6 network for one', async () => {
    for (const [host, status] of [
      ['2001:db8:1:2::1', 401],
      ['2001:db8:1:2:ffff::9', 401],
      ['2001:0db8:0001:0002:a:b:c:d', 401],
      ['2001:db8:1:2::4', 429],
      ['2001:db8:1:3::4', 401],
    ] as const)
      assert.equal((await logIn(host, 'bob@example.org', 'wrong')).status, status, host);
  });

  it('hold for the present password of an account, too', async () => {
    const { token } = SESSION.parse(await (await logIn(home, 'dan@example.org')).json());
    const change = (password: string) =>
      fetch(`${service.url()}/api/account`, {
        method: 'PATCH',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${token}`,
          'X-Forwarded-For': home,
        },
        body: JSON.stringify({ password, user: 'daniel' }),
      });
    for (let guess = 0; guess < 3; guess++) assert.equal((await change('wrong')).status, 403);
    await isRefused(await change('correct horse'), 'log-ins', 3, 900);
  });
});

describe('Limits on requests', () => {
  const service = testService({ REQUESTS_PER_USER: '300', REQUESTS_PER_ADDRESS: '400', TRUST_PROXY: '1' });

  it('refuse the requests of a user beyond the quota, and none of another', async () => {
    const [ann, bob] = [await service.newUser(), await service.newUser()];
    const answers = await Promise.all(Array.from({ length: 320 }, () => ann.fetch('/api/tasks')));
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(answers.filter(({ status }) => status === 200).length, 300);
    assert.equal(refused.length, 20);
    for (const answer of refused) await isRefused(answer, 'user', 300, 60);
    assert.equal((await bob.fetch('/api/tasks')).status, 200);
    const account = ACCOUNT.parse(await (await bob.fetch('/api/account')).json());
    assert.deepEqual(account.limits.rates.slice(0, 2), [
      { policy: 'user', quota: 300, seconds: 60 },
      { policy: 'address', quota: 400, seconds: 60 },
    ]);
  });

  it('refuse the requests from an address beyond the quota, but no look at the health', async () => {
    const ask = (path: string) =>
      fetch(`${service.url()}${path}`, { headers: { 'X-Forwarded-For': '198.51.100.7' } });
    const answers = await Promise.all(Array.from({ length: 410 }, () => ask('/api/formats')));
    assert.equal(answers.filter(({ status }) => status === 200).length, 400);
    await isRefused(await ask('/api/formats'), 'address', 400, 60);
    assert.equal((await ask('/health')).status, 200);
    assert.equal((await ask('/')).status, 200);
  });
});

describe('Limits of several processes', () => {
  const database = testDatabase();

  it('count together', async () => {
    const policy = { name: 'requests', quota: 200, seconds: 60 };
    const pools = [openDatabase(database.url(), 2), openDatabase(database.url(), 2)];
    const limits = pools.map((knex) => createRateLimit(createRateLimitStore(knex), policy, 'Too many.'));
    const asked = Array.from({ length: 110 }, () => limits.map((limit) => limit('ann')));
    const ended = await Promise.allSettled(asked.flat());
    assert.equal(ended.filter(({ status }) => status === 'fulfilled').length, 200);
    for (const knex of pools) await knex.destroy();
  });
});
