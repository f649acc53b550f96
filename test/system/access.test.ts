import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { createApp } from '../../lib/app/app.ts';
import { serviceCredential, signingKeys } from '../../lib/app/secrets.ts';
import { createSite } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { ACCESS, type Access, MARK } from '../support/access.ts';
import { apiDocument, operationsOf } from '../support/document.ts';
import { createForgery, type Forgery } from '../support/forged-tokens.ts';
import { keysByScope, makePossessions, type Possessions } from '../support/possessions.ts';
import { testReceiver } from '../support/receiver.ts';
import { post, testService, type User } from '../support/service.ts';

/** Credentials of a request, each in its own place. */
interface Credentials {
  bearer?: string;
  ticket?: string;
  upload?: string;
  service?: string;
}

/** Routes that the document leaves out; each gives to anybody the same. */
const UNDOCUMENTED = /^GET \/(?:docs.*|assets\/:name|openapi\.json)?$/;
const TYPES = { json: 'application/json', cover: 'image/png', form: undefined, original: undefined };
const AUDIENCES = { bearer: 'tonemill-api', ticket: 'tonemill-ticket', upload: 'tonemill-upload' };

describe('Every route of the OpenAPI document', function () {
  this.timeout(120_000);
  const service = testService({
    ...{ OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' },
    ...{ REQUESTS_PER_USER: '0', REQUESTS_PER_ADDRESS: '0' },
  });
  const receiver = testReceiver();
  let owner: User;
  let other: User;
  let forge: Forgery;
  let credential = '';
  let has: Possessions;
  let ownerWithout: Map<string, string>;
  let otherWith: Map<string, string>;

  before(async () => {
    [owner, other] = [await service.newUser(), await service.newUser()];
    forge = await createForgery(await signingKeys(service.data()));
    credential = await serviceCredential(service.data());
    has = await makePossessions(owner, service.data(), receiver.url(`/${MARK}`));
    ownerWithout = await keysByScope(owner, 'without');
    otherWith = await keysByScope(other, 'alone');
  });

  /** Path of an operation with the ids of the owner's objects. */
  const pathOf = (operation: string) => {
    const [, path = '', kind = ''] = / (\/(?:api\/(?:auth\/)?)?([^/]*).*)/.exec(operation) ?? [];
    const { ids } = has;
    const own = kind === 'batches' ? ids.batch : ids[kind.replace(/s$/, '')];
    return path
      .replace('{deliveryId}', String(ids.delivery))
      .replace('{number}', '1')
      .replace('{id}', String(own ?? ids.task));
  };
  /** Path and query for which a ticket is given. */
  const targetOf = (operation: string) => {
    const { query } = accessOf(operation);
    return `${pathOf(operation)}${query ? `?${query.replace('{task}', String(has.ids.task))}` : ''}`;
  };

  async function ask(operation: string, credentials: Credentials = {}): Promise<Response> {
    const [method = ''] = operation.split(' ');
    const { json: value, body = value && 'json' } = accessOf(operation);
    const url = new URL(targetOf(operation), service.url());
    if (credentials.ticket !== undefined) url.searchParams.set('ticket', credentials.ticket);
    if (credentials.upload !== undefined) url.searchParams.set('token', credentials.upload);
    const headers = new Headers();
    if (credentials.bearer !== undefined) headers.set('Authorization', `Bearer ${credentials.bearer}`);
    if (credentials.service !== undefined) headers.set('X-Service-Credential', credentials.service);
    const type = body && TYPES[body];
    if (type) headers.set('Content-Type', type);
    const contents = {
      json: () => JSON.stringify(value),
      form,
      cover: () => bytesOf('cover'),
      original: () => bytesOf('original'),
    };
    const content = body === undefined ? {} : { body: contents[body]() };
    return fetch(url, { method: method.toUpperCase(), headers, redirect: 'manual', ...content });
  }

  const bytesOf = (name: 'original' | 'cover') => Uint8Array.from(has[name]);
  const form = () => {
    const data = new FormData();
    data.append('newFormat', 'flac');
    data.append('audio', new Blob([bytesOf('original')]), `${MARK}.wav`);
    return data;
  };
  const ticketFor = async (path: string) => {
    const authorization = { Authorization: `Bearer ${owner.token}` };
    const answer = await post(`${service.url()}/api/tickets`, { path }, authorization);
    const { url } = z.object({ url: z.url() }).parse(await answer.json());
    return new URL(url).searchParams.get('ticket') ?? '';
  };

  /** Status of an answer and its error code; nothing of the owner may be in it. */
  async function refusal(operation: string, credentials: Credentials): Promise<string> {
    const answer = await ask(operation, credentials);
    const isStream = answer.headers.get('content-type')?.includes('event-stream');
    const text = isStream ? '' : await answer.text();
    if (isStream) await answer.body?.cancel();
    const code = /"code":"(\w+)"/.exec(text)?.[1] ?? '';
    const challenge = answer.status === 401 && !answer.headers.has('www-authenticate') ? ' no challenge' : '';
    return `${answer.status} ${code}${challenge}${text.includes(MARK) ? ' with what the owner has' : ''}`;
  }

  /** Operations whose answer is not the expected one. */
  async function others(
    credentials: (operation: string, access: Access) => Record<string, Credentials | undefined>,
    expected: string,
  ): Promise<string[]> {
    const wrong: string[] = [];
    for (const [operation, access] of Object.entries(ACCESS))
      for (const [name, given] of Object.entries(credentials(operation, access))) {
        const answer = given && (await refusal(operation, given));
        if (answer !== undefined && answer !== expected) wrong.push(`${operation}, ${name}: ${answer}`);
      }
    return wrong;
  }

  it('states who may use it', async () => {
    const operations = operationsOf(await apiDocument()).map(([name]) => name);
    assert.deepEqual(Object.keys(ACCESS).sort(), operations.sort());
    const app = createApp(loadConfig({ TONEMILL_DATA: '/nowhere' }), silentLog, 'access');
    const routes = (await createSite(app)).routes.filter(({ method }) => method !== 'ALL');
    const named = new Set(operations.map((one) => one.replaceAll(/\{(\w+)\}/g, ':$1').toLowerCase()));
    const unnamed = routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => !named.has(route.toLowerCase()) && !UNDOCUMENTED.test(route));
    assert.deepEqual(unnamed, []);
  });

  it('that needs a right is closed without credentials, and with each of the wrong kind', async () => {
    const ticket = await ticketFor(`/api/tasks/${has.ids.task}/result`);
    const anotherFile = await ticketFor(`/api/tasks/${has.ids.upload}/result`);
    const wrong = await others(
      (_, { needs, ticket: byTicket }): Record<string, Credentials | undefined> =>
        needs === 'nothing'
          ? {}
          : {
              nothing: {},
              'a ticket as a token': { bearer: ticket },
              'a ticket of another file': { ticket: anotherFile },
              'a ticket': byTicket ? undefined : { ticket },
              'an access token as a ticket': { ticket: owner.token },
              'a refresh token': { bearer: owner.refreshToken },
              'the token of an upload': { bearer: has.uploadToken },
              'the URL of an upload': needs === 'upload' ? undefined : { upload: has.uploadToken },
              'an access token for an upload': { upload: owner.token },
              'an access token for the service': { service: owner.token },
              'an access token':
                needs === 'service' || needs === 'upload' ? { bearer: owner.token } : undefined,
              'the credential of the service as a token': { bearer: credential },
              'the credential of the service': needs === 'service' ? undefined : { service: credential },
            },
      '401 unauthenticated',
    );
    assert.deepEqual(wrong, []);
  });

  it('that needs a right is closed to every forged token', async () => {
    const claims = { subject: subjectOf(owner), email: owner.email, epoch: 0 };
    const bearers = await forge({ audience: AUDIENCES.bearer, ...claims });
    const uploads = await forge({ audience: AUDIENCES.upload, subject: has.ids.upload ?? 0 });
    // The right answer to a token whose time is over says so.
    const gone = Object.entries(uploads).filter(([name]) => name !== 'a time that is over');
    const wrong = await others((_, { needs }): Record<string, Credentials> => {
      if (needs === 'nothing') return {};
      if (needs === 'upload') return Object.fromEntries(gone.map(([name, upload]) => [name, { upload }]));
      return Object.fromEntries(
        Object.entries(bearers).map(([name, token]) => [name, { bearer: token, service: token }]),
      );
    }, '401 unauthenticated');
    assert.deepEqual(wrong, []);
    const over = { upload: uploads['a time that is over'] ?? '' };
    assert.equal(await refusal('put /api/uploads/{id}', over), '410 upload_gone');
  });

  it('that takes a ticket is closed to every forged one, and open to one for its path', async () => {
    for (const [operation, { ticket, owner: expected = 200 }] of Object.entries(ACCESS)) {
      if (!ticket) continue;
      const file = createHash('sha256').update(targetOf(operation)).digest('base64url');
      const claims = { audience: AUDIENCES.ticket, subject: subjectOf(owner), email: owner.email, file };
      for (const [name, forged] of Object.entries(await forge(claims)))
        assert.equal(await refusal(operation, { ticket: forged }), '401 unauthenticated', name);
      const answer = await ask(operation, { ticket: await forge.valid(claims) });
      await answer.body?.cancel();
      assert.equal(answer.status, expected, operation);
    }
  });

  it('is closed to an API key that has every scope but its own', async () => {
    const wrong = await others((_, { needs }): Record<string, Credentials> => {
      const bearer = ownerWithout.get(needs);
      return bearer === undefined ? {} : { key: { bearer } };
    }, '403 insufficient_scope');
    assert.deepEqual(wrong, []);
  });

  it('with an id answers another user, and a key of theirs, as if nothing were there', async () => {
    const wrong = await others((operation, { needs }): Record<string, Credentials> => {
      const bearer = otherWith.get(needs);
      if (bearer === undefined || !/\{id\}|ids=/.test(`${operation}${accessOf(operation).query}`)) return {};
      return { token: { bearer: other.token }, key: { bearer } };
    }, '404 not_found');
    assert.deepEqual(wrong, []);
  });

  it('that lists something lists nothing of another user', async () => {
    for (const [operation, { needs, query }] of Object.entries(ACCESS)) {
      if (!/^get /.test(operation) || /\{id\}/.test(operation) || query) continue;
      const bearer = otherWith.get(needs) ?? other.token;
      if (operation === 'get /api/auth/keys' || needs === 'service') continue;
      const expected = needs === 'admin' ? '404 not_found' : '200 ';
      assert.equal(await refusal(operation, { bearer }), expected, operation);
    }
  });

  it('that needs no right answers everybody alike', async () => {
    const open = Object.entries(ACCESS).filter(([, { needs }]) => needs === 'nothing');
    for (const [operation] of open) {
      const anonymous = await refusal(operation, {});
      for (const bearer of [owner.token, 'forged'])
        assert.equal(await refusal(operation, { bearer }), anonymous, operation);
    }
  });

  it('has changed nothing of the owner so far, and is open to the owner', async () => {
    const wrong: string[] = [];
    for (const [operation, { needs, owner: expected = 200 }] of Object.entries(ACCESS)) {
      const service = needs === 'service' && { service: credential };
      const upload = needs === 'upload' && { upload: has.uploadToken };
      const answer = await ask(operation, { ...(service || upload || { bearer: owner.token }) });
      if (answer.status !== expected) wrong.push(`${operation}: ${answer.status} ${await answer.text()}`);
      else await answer.body?.cancel();
      if (/cover|put \/api\/tasks/.test(operation)) await owner.settled(has.ids.task ?? 0);
    }
    assert.deepEqual(wrong, []);
  });
});

function accessOf(operation: string): Access {
  const access = ACCESS[operation];
  assert.ok(access, `test/support/access.ts does not say who may use ${operation}`);
  return access;
}

function subjectOf({ token }: User): number {
  return Number(decodeJwt(token).sub);
}
