import assert from 'node:assert/strict';
import { z } from 'zod';
import { ADMIN, formOf, invitationFor, newAdministrator } from '../support/administrator.ts';
import { PROBLEM, post, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const USER = z.object({
  id: z.int(),
  email: z.string(),
  suspendedAt: z.string().nullable(),
  usage: z.object({ tasks: z.record(z.string(), z.int()), storedBytes: z.int() }),
});
const GROUP = z.object({ id: z.int() });
const CREATED = z.object({ id: z.int(), invitation: z.string(), url: z.url() });
const ACCOUNT = z.object({
  id: z.int(),
  isAdministrator: z.boolean(),
  group: z.string().nullable(),
  limits: z.object({
    uploadBytes: z.int(),
    formats: z.array(z.string()).nullable(),
    quotas: z.object({ openUploads: z.int() }),
    rates: z.array(z.object({ policy: z.string(), quota: z.int() })),
  }),
});

const send = (user: User, method: string, path: string, body?: object) =>
  user.fetch(path, {
    method,
    ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
const codeOf = async (answer: Response) => PROBLEM.parse(await answer.json()).code;
const account = async (user: User) => ACCOUNT.parse(await (await user.fetch('/api/account')).json());
const open = (user: User, newFormat = 'mp3', size?: number) =>
  send(user, 'POST', '/api/tasks', { filename: 'a.wav', newFormat, size });

describe('Administrators', () => {
  const service = testService({ ADMIN_EMAILS: `Admin@Example.org, other@example.org` });
  let admin: User;

  before(async () => {
    admin = await newAdministrator(service);
  });

  const idOf = async (user: User) => (await account(user)).id;
  const suspend = async (user: User, suspended: boolean) =>
    send(admin, 'PATCH', `/api/admin/users/${await idOf(user)}`, { suspended });

  it('are those of ADMIN_EMAILS whom an invitation proved, and nobody who only took the address', async () => {
    assert.equal((await account(admin)).isAdministrator, true);
    const other = 'OTHER@example.org';
    const taken = await post(`${service.url()}/api/auth/signup`, formOf('eve', other));
    assert.equal(taken.status, 403);
    assert.equal(await codeOf(taken), 'sign_up_refused');
    for (const email of [undefined, 'third@example.org']) {
      const invitation = await invitationFor(service, email);
      const refused = await post(`${service.url()}/api/auth/signup`, { ...formOf('eve', other), invitation });
      assert.equal(await codeOf(refused), 'sign_up_refused');
    }
    const eve = await service.newUser();
    const password = 'correct horse';
    const changed = await send(eve, 'PATCH', '/api/account', { password, email: other });
    assert.equal(await codeOf(changed), 'sign_up_refused');
    assert.equal((await account(eve)).isAdministrator, false);
  });

  it('alone see the routes', async () => {
    const bob = await service.newUser();
    for (const path of ['users', 'users/1', 'groups', 'invitations', 'queue', 'failures']) {
      assert.equal((await bob.fetch(`/api/admin/${path}`)).status, 404, path);
      assert.equal((await fetch(`${service.url()}/api/admin/${path}`)).status, 401, path);
      assert.equal((await admin.fetch(`/api/admin/${path}`)).status, 200, path);
    }
    const made = await send(admin, 'POST', '/api/auth/keys', { name: 'k', scopes: ['account'] });
    const { key } = z.object({ key: z.string() }).parse(await made.json());
    const asKey = await fetch(`${service.url()}/api/admin/users`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    assert.equal(await codeOf(asKey), 'insufficient_scope');
  });

  it('list users in pages, search them, and see what they have', async () => {
    const cid = await service.newUser();
    await open(cid);
    const list = async (query: string) => {
      const answer = await admin.fetch(`/api/admin/users?${query}`);
      return { users: z.array(USER).parse(await answer.json()), link: answer.headers.get('Link') };
    };
    const { users } = await list(`search=${encodeURIComponent(cid.email.toUpperCase())}`);
    assert.deepEqual(
      users.map(({ email, usage }) => [email, usage]),
      [[cid.email, { tasks: { AWAITING_UPLOAD: 1 }, storedBytes: 0 }]],
    );
    const first = await list('max=1');
    assert.equal(first.users.length, 1);
    const next = /<([^>]+)>; rel="next"/.exec(first.link ?? '')?.[1] ?? '';
    const second = z.array(USER).parse(await (await admin.fetch(next)).json());
    assert.ok((second[0]?.id ?? 0) > (first.users[0]?.id ?? 0));
    assert.deepEqual((await list('search=%25')).users, []);
  });

  it('suspend a user, whose tokens and keys stop, and let the user in again', async () => {
    const dan = await service.newUser();
    const made = await send(dan, 'POST', '/api/auth/keys', { name: 'k', scopes: ['tasks:read'] });
    const { key } = z.object({ key: z.string() }).parse(await made.json());
    const byKey = () =>
      fetch(`${service.url()}/api/account`, { headers: { Authorization: `Bearer ${key}` } });
    const logIn = () =>
      post(`${service.url()}/api/auth/login`, { email: dan.email, password: 'correct horse' });
    assert.equal((await suspend(dan, true)).status, 200);
    // This process knows it at once.
    assert.equal((await dan.fetch('/api/tasks')).status, 401);
    assert.equal((await dan.fetch('/api/account')).status, 401);
    assert.equal(await codeOf(await byKey()), 'suspended');
    assert.equal(await codeOf(await logIn()), 'suspended');
    const { refreshToken } = dan;
    assert.equal((await post(`${service.url()}/api/auth/refresh`, { refreshToken })).status, 401);
    const { users } = { users: z.array(USER).parse(await (await admin.fetch('/api/admin/users')).json()) };
    const id = users.find(({ email }) => email === dan.email)?.id;
    await send(admin, 'PATCH', `/api/admin/users/${id}`, { suspended: false });
    assert.equal((await logIn()).status, 200);
    assert.equal((await byKey()).status, 403, 'the key lacks only the scope');
  });

  it('cannot suspend themselves', async () => {
    const refused = await suspend(admin, true);
    assert.equal(refused.status, 400);
    assert.equal(PROBLEM.parse(await refused.json()).errors?.[0]?.path, 'suspended');
  });

  it('give groups and users limits of their own, of which those of the user come first', async () => {
    const eve = await service.newUser();
    const limits = { openUploads: 2, uploadBytes: 1000, formats: ['flac', 'mp3'], requests: 500 };
    const made = await send(admin, 'POST', '/api/admin/groups', { name: 'students', limits });
    const group = GROUP.parse(await made.json());
    assert.equal((await send(admin, 'POST', '/api/admin/groups', { name: 'Students' })).status, 409);
    const path = `/api/admin/users/${await idOf(eve)}`;
    assert.equal((await send(admin, 'PATCH', path, { groupId: group.id })).status, 200);
    await until(async () => (await account(eve)).group === 'students');
    const { limits: shown } = await account(eve);
    assert.deepEqual(
      [shown.uploadBytes, shown.formats, shown.quotas.openUploads],
      [1000, ['flac', 'mp3'], 2],
    );
    assert.equal(shown.rates.find(({ policy }) => policy === 'user')?.quota, 500);
    assert.equal(await codeOf(await open(eve, 'ogg')), 'unsupported_format');
    assert.equal(await codeOf(await open(eve, 'mp3', 1001)), 'too_large');
    const form = await eve.upload({ audio: { name: 'a.wav', bytes: Buffer.alloc(1001) }, newFormat: 'mp3' });
    assert.equal(await codeOf(form), 'too_large');
    for (let times = 0; times < 2; times++) assert.equal((await open(eve)).status, 200);
    assert.equal(await codeOf(await open(eve)), 'quota_exceeded');
    await send(admin, 'PATCH', path, { limits: { openUploads: 3 } });
    await until(async () => (await open(eve)).status === 200);
    assert.equal((await send(admin, 'DELETE', `/api/admin/groups/${group.id}`)).status, 200);
    await until(async () => (await account(eve)).group === null);
    assert.equal((await account(eve)).limits.quotas.openUploads, 3);
  });

  it('are told what is wrong with a request', async () => {
    for (const [method, path, body, field] of [
      ['POST', 'groups', { name: ' ' }, 'name'],
      ['POST', 'groups', { name: 'a', limits: { uploadBytes: 0 } }, 'limits.uploadBytes'],
      ['POST', 'groups', { name: 'a', limits: { formats: ['%'] } }, 'limits.formats.0'],
      ['POST', 'groups', { name: 'a', limits: { size: 1 } }, 'limits'],
      ['POST', 'invitations', { days: 0 }, 'days'],
      ['POST', 'invitations', { groupId: 9999 }, 'groupId'],
      ['POST', 'invitations', { email: 'x' }, 'email'],
      ['PATCH', 'users/1', { groupId: 9999 }, 'groupId'],
      ['PATCH', 'users/1', { suspended: 'yes' }, 'suspended'],
    ] as const) {
      const answer = await send(admin, method, `/api/admin/${path}`, body);
      const problem = PROBLEM.parse(await answer.json());
      assert.equal(problem.errors?.[0]?.path, field, JSON.stringify(problem));
    }
    for (const path of ['users?max=0', 'users?search=%00', 'users?after=x', 'users/2147483648'])
      assert.equal((await admin.fetch(`/api/admin/${path}`)).status, 400, path);
    assert.equal((await admin.fetch('/api/admin/users/2147483647')).status, 404);
    for (const path of ['groups/2147483647', 'invitations/2147483647'])
      assert.equal((await send(admin, 'DELETE', `/api/admin/${path}`)).status, 404);
  });

  it('see the queue and the failures', async () => {
    const bad = await (await service.newUser()).convert(
      { name: 'a.wav', bytes: Buffer.from('no sound') },
      'mp3',
    );
    assert.equal(bad.state, 'FAILED');
    const failures = await (await admin.fetch('/api/admin/failures')).json();
    const expected = [{ code: bad.error?.code, count: 1 }];
    assert.deepEqual(failures, { day: expected, week: expected });
    const queue = await (await admin.fetch('/api/admin/queue')).json();
    assert.deepEqual(queue, { waiting: 0, running: 0, oldestSeconds: null, users: [] });
  });
});

describe('A service that takes accounts by invitation', () => {
  const service = testService({ ADMIN_EMAILS: ADMIN, REGISTRATION: 'invite' });
  const signUp = (name: string, invitation?: string) =>
    post(`${service.url()}/api/auth/signup`, { ...formOf(name, `${name}@example.org`), invitation });

  it('takes each invitation once, also when many use it at once, and only from its address', async () => {
    const admin = await newAdministrator(service);
    assert.equal(await codeOf(await signUp('ann')), 'sign_up_refused');
    const invite = async (body: object) =>
      CREATED.parse(await (await send(admin, 'POST', '/api/admin/invitations', body)).json());
    const forAnn = await invite({ email: 'ann@example.org' });
    assert.equal(forAnn.url, `${service.url()}/?invitation=${forAnn.invitation}`);
    assert.equal(await codeOf(await signUp('bob', forAnn.invitation)), 'sign_up_refused');
    assert.equal((await signUp('ann', forAnn.invitation)).status, 200);
    const forAll = await invite({});
    const answers = await Promise.all(['cid', 'dan', 'eve'].map((name) => signUp(name, forAll.invitation)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403]);
    const removed = await invite({});
    assert.equal((await send(admin, 'DELETE', `/api/admin/invitations/${removed.id}`)).status, 200);
    assert.equal(await codeOf(await signUp('fay', removed.invitation)), 'sign_up_refused');
    const listed = z.array(z.looseObject({ usedAt: z.string().nullable() }));
    const text = await (await admin.fetch('/api/admin/invitations')).text();
    assert.ok(listed.parse(JSON.parse(text)).every(({ usedAt }) => usedAt !== null));
    assert.ok(!text.includes(forAnn.invitation));
  });

  it('has no guests', async () => {
    assert.equal((await post(`${service.url()}/api/auth/guest`, {})).status, 404);
  });
});

describe('A service that is closed', () => {
  const service = testService({ ADMIN_EMAILS: ADMIN, REGISTRATION: 'closed' });

  it('takes administrators by their invitation, and nobody else', async () => {
    const invitation = await invitationFor(service);
    const refused = await post(`${service.url()}/api/auth/signup`, {
      ...formOf('ann', 'ann@example.org'),
      invitation,
    });
    assert.equal(await codeOf(refused), 'sign_up_refused');
    const admin = await newAdministrator(service);
    assert.equal((await admin.fetch('/api/admin/users')).status, 200);
  });
});
