import assert from 'node:assert/strict';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createApp } from '../../../lib/app/app.ts';
import { createTarget, type TargetName } from '../../../lib/app/targets.ts';
import { loadConfig } from '../../../lib/config/config.ts';
import { createCallerTokens } from '../../../lib/http/google-id-tokens.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { createLog } from '../../../lib/runtime/log.ts';
import { jsonLine } from '../../../lib/runtime/log-formats.ts';
import { AUDIENCE, CALLER, testIssuer } from '../../support/issuer.ts';

const clock = { now: () => new Date() };
const CREDENTIAL = 'a credential for tests';

describe('Checks of internal callers’ tokens', () => {
  const issuer = testIssuer();
  const tokens = (options: { signatureRemoved?: boolean; keys?: URL; callers?: string[] } = {}) =>
    createCallerTokens({
      audiences: ['https://other.example.org', AUDIENCE],
      callers: options.callers ?? [CALLER],
      signatureRemoved: options.signatureRemoved ?? false,
      keys: options.keys ?? issuer.keys(),
      clock,
    });
  const unauthenticated = (error: unknown) => hasCode(error, 'unauthenticated');
  const removed = (token: string) => token.replace(/[^.]*$/, 'SIGNATURE_REMOVED_BY_GOOGLE');
  const hour = 3600;
  const now = () => Math.floor(Date.now() / 1000);

  it('let the account in that is configured', async () => {
    await tokens().verify(await issuer.token());
    await tokens().verify(await issuer.token({ iss: 'accounts.google.com' }));
  });

  const bad: [string, () => Record<string, unknown>][] = [
    ['of another issuer', () => ({ iss: 'https://evil.example.org' })],
    ['for another audience', () => ({ aud: 'https://evil.example.org' })],
    ['for no audience', () => ({ aud: undefined })],
    ['of another account', () => ({ email: 'evil@project.iam.gserviceaccount.com' })],
    ['of no account', () => ({ email: undefined })],
    ['of an account whose email is not verified', () => ({ email_verified: false })],
    ['of an account without the claim that its email is verified', () => ({ email_verified: undefined })],
    ['that has expired', () => ({ iat: now() - 2 * hour, exp: now() - hour })],
    ['that never expires', () => ({ exp: undefined })],
  ];
  for (const [what, claims] of bad) {
    it(`keep out one ${what}, with its signature or without`, async () => {
      const token = await issuer.token(claims());
      await assert.rejects(tokens().verify(token), unauthenticated);
      await assert.rejects(tokens({ signatureRemoved: true }).verify(removed(token)), unauthenticated);
    });
  }

  it('keep out one that another key signed', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const claims = { email: CALLER, email_verified: true, iss: 'https://accounts.google.com', aud: AUDIENCE };
    for (const kid of ['one', 'two']) {
      const forged = new SignJWT(claims).setIssuedAt().setExpirationTime('1h');
      const token = await forged.setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
      await assert.rejects(tokens({ signatureRemoved: true }).verify(token), unauthenticated);
    }
  });

  it('keep out what is not signed, or is no token', async () => {
    const claims = { email: CALLER, email_verified: true, iss: 'https://accounts.google.com', aud: AUDIENCE };
    const unsigned = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime('1h').encode();
    for (const token of [unsigned, '', 'x', 'a.b.c', 'a.b.SIGNATURE_REMOVED_BY_GOOGLE']) {
      await assert.rejects(tokens({ signatureRemoved: true }).verify(token), unauthenticated);
    }
  });

  it('let one without its signature in only where Cloud Run has removed it', async () => {
    const token = removed(await issuer.token());
    await tokens({ signatureRemoved: true }).verify(token);
    await assert.rejects(tokens().verify(token), unauthenticated);
  });

  it('call no token invalid where the keys are out of reach', async () => {
    const keys = new URL('/none', 'http://127.0.0.1:1');
    const token = await issuer.token();
    await assert.rejects(tokens({ keys }).verify(token), (error) => hasCode(error, 'unavailable'));
  });
});

describe('Internal routes', () => {
  const issuer = testIssuer();
  const lines: string[] = [];
  const target = (name: TargetName, env: NodeJS.ProcessEnv) => {
    const config = loadConfig({ SERVICE_CREDENTIAL: CREDENTIAL, ...env }, 'functions');
    const log = createLog((event) => lines.push(jsonLine(event)));
    return createTarget(name, createApp(config, log, 'test', { callerKeys: issuer.keys() }));
  };
  const statusOf = async (
    name: TargetName,
    env: NodeJS.ProcessEnv,
    headers: Record<string, string>,
    query = '',
  ) => {
    const path = name === 'tasks' ? '/api/tasks/x/processed' : '/';
    const answer = await (await target(name, env)).request(path + query, { method: 'POST', headers });
    return answer.status;
  };
  const CLOUD = { OIDC_AUDIENCE: AUDIENCE, OIDC_CALLERS: CALLER };
  const credential = { 'X-Service-Credential': CREDENTIAL };
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  for (const name of ['convert', 'transfer', 'dead-letter'] as const) {
    it(`take events of ${name} in the cloud by token only`, async () => {
      assert.equal(await statusOf(name, CLOUD, bearer(await issuer.token())), 200);
      assert.equal(await statusOf(name, CLOUD, bearer(await issuer.token({ aud: 'x' }))), 401);
      assert.equal(await statusOf(name, CLOUD, credential), 401);
      assert.equal(await statusOf(name, CLOUD, {}, `?key=${CREDENTIAL}`), 401);
      assert.equal(await statusOf(name, { ...CLOUD, OIDC_CALLERS: '' }, bearer(await issuer.token())), 401);
    });

    it(`take events of ${name} elsewhere by the service credential only`, async () => {
      assert.equal(await statusOf(name, {}, credential), 200);
      assert.equal(await statusOf(name, {}, {}), 401);
      assert.equal(await statusOf(name, {}, bearer(await issuer.token())), 401);
    });
  }

  const push = (message: object) => ({ message });
  const json = (value: object) => ({ data: Buffer.from(JSON.stringify(value)).toString('base64') });
  /** Ids and revisions that no row has: every one would otherwise be delivered until it expires. */
  const IMPOSSIBLE: readonly object[] = [
    ...[2 ** 31, 2 ** 53, 1e300, -1, 0, 1.5, '1', null, [], { a: 1 }].flatMap((value) => [
      push(json({ taskId: value, revision: value })),
      push(json({ taskId: 2 ** 31, revision: value })),
    ]),
    ...['2147483648', '-1', '0', '1.5', '0x1', '01', '1e0', ' 1', '', '9'.repeat(400), '\0'].flatMap(
      (text) => [
        push({ attributes: { taskId: text, revision: text } }),
        push({ attributes: { taskId: '1', revision: text } }),
        push({ attributes: { taskId: text, revision: '1' } }),
      ],
    ),
    ...[
      push({ data: 'AA==' }),
      push({ data: '%' }),
      push(json([])),
      push({ attributes: { constructor: 'x' } }),
    ],
    ...[{}, [], { message: null }, { message: [] }, { message: { data: 7 } }],
  ].filter((event) => JSON.stringify(event) !== JSON.stringify(push(json({ taskId: '1', revision: '1' }))));

  for (const name of ['convert', 'transfer', 'dead-letter', 'uploaded'] as const) {
    it(`acknowledge events of ${name} that name an impossible task, and call none an error`, async () => {
      lines.length = 0;
      const http = await target(name, {});
      // A transfer has no revision.
      const possible = (event: object) => name === 'transfer' && /"taskId":"1"/.test(JSON.stringify(event));
      for (const event of [...IMPOSSIBLE.filter((one) => !possible(one)), '{bad', '']) {
        const body = typeof event === 'string' ? event : JSON.stringify(event);
        const headers = { ...credential, 'Content-Type': 'application/json' };
        const answer = await http.request('/', { method: 'POST', headers, body });
        assert.equal(answer.status, 200, body.slice(0, 200));
        assert.match(await answer.text(), /^\{"ignored":/, body);
      }
      assert.doesNotMatch(lines.join('\n'), /"ERROR"/);
    });
  }

  it('take a sweep in the cloud by token only', async () => {
    assert.equal(await statusOf('sweep', CLOUD, credential), 401);
    assert.equal(await statusOf('sweep', CLOUD, bearer(await issuer.token({ email: 'x' }))), 401);
  });

  it('take reports of workers by token, or by the service credential in a header or the query', async () => {
    const authorised = 400;
    assert.equal(await statusOf('tasks', CLOUD, bearer(await issuer.token())), authorised);
    assert.equal(await statusOf('tasks', CLOUD, credential), authorised);
    assert.equal(await statusOf('tasks', CLOUD, {}, `?key=${CREDENTIAL}`), authorised);
    assert.equal(await statusOf('tasks', CLOUD, bearer(await issuer.token({ exp: 1 }))), 401);
    assert.equal(await statusOf('tasks', CLOUD, {}, '?key=wrong'), 401);
    assert.equal(await statusOf('tasks', {}, {}), 401);
  });

  it('say in the log why a caller was refused, and never write a token or the credential', async () => {
    const token = await issuer.token({ aud: 'x' });
    await statusOf('convert', CLOUD, { ...bearer(token), ...credential }, `?key=${CREDENTIAL}`);
    assert.match(lines.join('\n'), /was refused.*"aud\\" claim/);
    assert.ok(!lines.join('\n').includes(CREDENTIAL));
    assert.ok(!lines.join('\n').includes(token.slice(0, 40)));
  });
});
