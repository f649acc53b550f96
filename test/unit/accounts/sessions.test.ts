import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { type ApiKeys, createApiKeys } from '../../../lib/accounts/api-keys.ts';
import { createEndedSessions } from '../../../lib/accounts/ended-sessions.ts';
import { createPasswords } from '../../../lib/accounts/passwords.ts';
import { createRefreshTokens } from '../../../lib/accounts/refresh-tokens.ts';
import { type Auth, createAuth } from '../../../lib/accounts/sessions.ts';
import { createTokens, type Tokens } from '../../../lib/accounts/tokens.ts';
import { createApiKeyStore } from '../../../lib/adapters/database/api-keys.ts';
import { createRateLimitStore } from '../../../lib/adapters/database/rate-limits.ts';
import { createRefreshTokenStore } from '../../../lib/adapters/database/refresh-tokens.ts';
import { createUserStore } from '../../../lib/adapters/database/users.ts';
import { signingKeys } from '../../../lib/app/secrets.ts';
import { createLogInLimits } from '../../../lib/limits/log-in-limits.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folders.ts';

const unauthenticated = (error: unknown) => hasCode(error, 'unauthenticated');

describe('The service of sessions', () => {
  const database = testDatabase();
  const folder = temporaryFolder();
  let now = new Date();
  const clock = { now: () => now };
  let tokens: Tokens;
  let auth: Auth;
  let apiKeys: ApiKeys;
  let email: string;
  let verified = 0;
  const passwords = createPasswords(2);

  beforeEach(async () => {
    now = new Date();
    tokens = await createTokens(await signingKeys(folder()), clock);
    const users = createUserStore(database.knex());
    const refreshTokens = createRefreshTokens(createRefreshTokenStore(database.knex()), clock);
    const endedSessions = createEndedSessions(users);
    apiKeys = createApiKeys(createApiKeyStore(database.knex()), clock);
    auth = createAuth({
      users,
      passwords: {
        ...passwords,
        verify: (...given) => {
          verified += 1;
          return passwords.verify(...given);
        },
      },
      refreshTokens,
      tokens,
      apiKeys,
      endedSessions,
      logInLimits: createLogInLimits(createRateLimitStore(database.knex()), {
        requestsOfUser: 0,
        requestsOfAddress: 0,
        failedLogIns: 10,
        failedLogInsOfAddress: 100,
        signUps: 0,
      }),
      requestLimits: { ofUser: async () => {} },
      registrations: { admit: async () => undefined },
    });
    email = `${randomUUID()}@example.org`;
    await auth.signUp({ user: randomUUID(), email, password: 'correct horse' });
  });

  it('lets a user in whose password is right, for an hour', async () => {
    const { token, expiresIn } = await auth.logIn(email, 'correct horse');
    assert.equal(expiresIn, 3600);
    assert.equal((await auth.authenticate(token)).email, email);
    now = new Date(now.getTime() + 3601 * 1000);
    await assert.rejects(auth.authenticate(token), unauthenticated);
  });

  it('lets an API key in until it expires, with the rights of the key, and records its use to a minute', async () => {
    const { token } = await auth.logIn(email, 'correct horse');
    const caller = await auth.authenticate(token);
    const expiresAt = new Date(now.getTime() + 120_000);
    const requested = { name: 'short', scopes: ['tasks:read'] as const, expiresAt };
    const { text } = await apiKeys.create(caller, requested);
    const used = async () => (await apiKeys.list(caller.userId))[0]?.lastUsedAt?.getTime();
    const first = now.getTime();
    assert.deepEqual(await auth.authenticate(text), { userId: caller.userId, email, scopes: ['tasks:read'] });
    assert.equal(await used(), first);
    now = new Date(first + 59_000);
    await auth.authenticate(text);
    assert.equal(await used(), first);
    now = new Date(first + 119_000);
    await auth.authenticate(text);
    assert.equal(await used(), now.getTime());
    now = expiresAt;
    await assert.rejects(auth.authenticate(text), /expired at/);
  });

  it('answers a wrong password and an unknown email in the same words', async () => {
    const refusal = (promise: Promise<unknown>) =>
      promise.then(
        () => assert.fail(),
        (error: unknown) => error,
      );
    const wrong = await refusal(auth.logIn(email, 'wrong'));
    const unknown = await refusal(auth.logIn('nobody@example.org', 'correct horse'));
    assert.ok(hasCode(wrong, 'unauthenticated') && hasCode(unknown, 'unauthenticated'));
    assert.equal(wrong.message, unknown.message);
  });

  it('computes one hash for a wrong password and for an unknown email, so that both take as long', async () => {
    const hashes = async (of: string) => {
      const before = verified;
      await assert.rejects(auth.logIn(of, 'wrong horse'), unauthenticated);
      return verified - before;
    };
    assert.deepEqual([await hashes(email), await hashes('nobody@example.org')], [1, 1]);
  });

  it('rotates refresh tokens, and revokes the family when an old one comes again', async () => {
    const first = await auth.logIn(email, 'correct horse');
    const second = await auth.refresh(first.refreshToken);
    assert.equal((await auth.authenticate(second.token)).email, email);
    now = new Date(now.getTime() + 11_000);
    await assert.rejects(auth.refresh(first.refreshToken), unauthenticated);
    await assert.rejects(auth.refresh(second.refreshToken), unauthenticated);
  });

  it('leaves other log-ins alone when one is revoked', async () => {
    const laptop = await auth.logIn(email, 'correct horse');
    const phone = await auth.logIn(email, 'correct horse');
    await auth.logOut(laptop.refreshToken);
    await auth.logOut('unknown');
    await assert.rejects(auth.refresh(laptop.refreshToken), unauthenticated);
    await auth.refresh(phone.refreshToken);
  });

  it('keeps no refresh token in clear', async () => {
    const { refreshToken } = await auth.logIn(email, 'correct horse');
    const rows = await database.knex()('refresh_tokens').select('*');
    assert.ok(!JSON.stringify(rows).includes(refreshToken));
  });

  describe('refuses a token that', () => {
    const claims = () =>
      new SignJWT({ email }).setSubject('1').setIssuer('tonemill').setAudience('tonemill-api').setIssuedAt();
    const kid = async () => (await tokens.publicKeys()).keys[0]?.kid ?? '';

    it('is signed by another key', async () => {
      const { privateKey } = await generateKeyPair('ES256');
      const forged = claims()
        .setExpirationTime('1h')
        .setProtectedHeader({ alg: 'ES256', kid: await kid() });
      await assert.rejects(auth.authenticate(await forged.sign(privateKey)), unauthenticated);
    });

    it('has alg none', async () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const payload = { sub: '1', email, iss: 'tonemill', aud: 'tonemill-api', iat: 1, exp: 9_999_999_999 };
      const forged = `${part({ alg: 'none', kid: await kid() })}.${part(payload)}.`;
      await assert.rejects(auth.authenticate(forged), unauthenticated);
    });

    it('is signed with the public key as an HMAC secret', async () => {
      const secret = Buffer.from(JSON.stringify((await tokens.publicKeys()).keys[0]));
      const forged = claims()
        .setExpirationTime('1h')
        .setProtectedHeader({ alg: 'HS256', kid: await kid() });
      await assert.rejects(auth.authenticate(await forged.sign(secret)), unauthenticated);
    });

    for (const text of ['', 'x', 'a.b.c', 'ey.ey.ey']) {
      it(`is ${JSON.stringify(text)}`, () => assert.rejects(auth.authenticate(text), unauthenticated));
    }
  });
});

describe('createTokens', () => {
  for (const keys of ['', '{}', '{"keys":[]}', '{"keys":[{"kty":"EC","d":"secret"}]}']) {
    it(`refuses ${keys || 'an empty text'} as keys and repeats none of it`, async () => {
      await assert.rejects(
        createTokens(keys, { now: () => new Date() }),
        (error) => hasCode(error, 'misconfigured') && !error.message.includes('secret'),
      );
    });
  }
});
