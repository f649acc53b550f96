import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ADMIN, formOf } from '../support/administrator.ts';
import { tonemill } from '../support/command-line.ts';
import { post, testService, userAt } from '../support/service.ts';

const SESSION = z.object({ token: z.string(), refreshToken: z.string() });
const KEY = z.object({ key: z.string() });
const ACCOUNT = z.looseObject({ id: z.int(), group: z.string().nullable(), limits: z.looseObject({}) });
const KEYS = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });

describe('The commands of those who operate a service', function () {
  this.timeout(120_000);
  const service = testService({ ADMIN_EMAILS: ADMIN, REGISTRATION: 'invite' });

  /** A command on the machine of the service, with its environment. */
  const operate = (...args: string[]) =>
    tonemill(args, {
      cwd: service.data(),
      env: {
        TONEMILL_DATA: service.data(),
        DATABASE: 'url',
        DATABASE_URL: service.database(),
        ADMIN_EMAILS: ADMIN,
      },
    });

  /** Signs up by the link of an invitation. */
  async function signUp(name: string, email: string, link: string) {
    const invitation = new URL(link).searchParams.get('invitation');
    const answer = await post(`${service.url()}/api/auth/signup`, { ...formOf(name, email), invitation });
    assert.equal(answer.status, 200);
    const session = await post(`${service.url()}/api/auth/login`, { email, password: 'correct horse' });
    return userAt(service.url(), { email, ...SESSION.parse(await session.json()) });
  }

  let key = '';
  const admin = async (...args: string[]) => {
    const env = { TONEMILL_URL: service.url(), TONEMILL_KEY: key };
    const ended = await tonemill(['admin', ...args], { cwd: service.data(), env });
    return { ...ended, lines: ended.stdout.trimEnd().split('\n') };
  };

  before(async () => {
    const invited = await operate('invite', ADMIN, '--url', service.url());
    assert.equal(invited.code, 0, invited.stderr);
    const [link = '', until] = invited.stdout.split('\n');
    assert.match(until ?? '', /^Valid for one sign-up, until 2/);
    const root = await signUp('root', ADMIN, link);
    const made = await root.fetch('/api/auth/keys', {
      method: 'POST',
      body: JSON.stringify({ name: 'admin', scopes: ['admin'] }),
      headers: { 'Content-Type': 'application/json' },
    });
    key = KEY.parse(await made.json()).key;
  });

  it('invite by a link, once the address is right and nobody has it', async () => {
    const [known, wrong, late] = await Promise.all([
      operate('invite', ADMIN),
      operate('invite', 'nobody'),
      operate('invite', '--days', '400'),
    ]);
    assert.deepEqual([known.code, wrong.code, late.code], [2, 2, 2]);
    assert.match(known.stderr, /An account has this address since .*--existing/);
    assert.match(wrong.stderr, /Expected an email address/);
    assert.match(late.stderr, /from 1 to 365/);
    assert.match((await operate('invite', ADMIN, '--existing')).stdout, /\S/);
  });

  it('make groups with limits, invite into them, and change both groups and users', async () => {
    const limits = ['--limit', 'openUploads=5', '--limit', 'formats=mp3,FLAC'];
    const made = await admin('groups', 'create', 'students', ...limits);
    assert.deepEqual(made.lines, ['The group has the ID 1.'], made.stderr);
    const invited = await admin('invite', 'bob@example.org', '--days', '3', '--group', '1');
    assert.match(invited.stderr, /^Invitation \d+ is valid for one sign-up, until 2.*Z\./);
    const bob = await signUp('bob', 'bob@example.org', invited.stdout.trim());
    const account = async () => ACCOUNT.parse(await (await bob.fetch('/api/account')).json());
    const { id, group, limits: shown } = await account();
    assert.deepEqual([group, shown.formats], ['students', ['mp3', 'flac']]);
    const own = await admin('change', String(id), '--limit', 'audioMinutes=60', '--limit', 'formats=all');
    assert.deepEqual(own.lines, ['bob: group students, own limits audioMinutes=60 formats=all.'], own.stderr);
    const [users, groups] = await Promise.all([admin('users', '--group', '1'), admin('groups')]);
    assert.match(users.stdout, /^\d+ +bob +bob@example\.org +students +0 +0 +audioMinutes=60 formats=all$/m);
    assert.equal(users.lines.length, 2);
    assert.match(groups.stdout, /^1 +students +1 +.*openUploads=5/m);
    const renamed = await admin('groups', 'change', '1', '--name', 'pupils', '--limit', 'formats=');
    assert.deepEqual(renamed.lines, ['pupils: openUploads=5.'], renamed.stderr);
    const out = await admin('change', String(id), '--group', 'none', '--limit', 'audioMinutes=');
    assert.deepEqual(out.lines, ['bob: group none, own limits formats=all.'], out.stderr);
    assert.match((await admin('groups', 'rm', '1')).stdout, /is removed/);
    assert.equal((await account()).group, null);
  });

  it('list and remove invitations, and show the queue and the failures', async () => {
    const { stderr } = await admin('invite');
    const [, id = ''] = /^Invitation (\d+) /.exec(stderr) ?? [];
    const [listed, queue, failures, json] = await Promise.all([
      admin('invitations'),
      admin('queue'),
      admin('failures'),
      admin('queue', '--json'),
    ]);
    assert.match(listed.stdout, new RegExp(`^${id} +any .*valid until 2`, 'm'));
    assert.match(listed.stdout, /admin@example\.org .*used 2/);
    assert.deepEqual(queue.lines, ['0 waiting; 0 running']);
    assert.deepEqual(failures.lines, ['No task failed within a week.']);
    assert.deepEqual(JSON.parse(json.stdout), { waiting: 0, running: 0, oldestSeconds: null, users: [] });
    assert.equal((await admin('invitations', 'rm', id)).code, 0);
    assert.doesNotMatch((await admin('invitations')).stdout, new RegExp(`^${id} `, 'm'));
  });

  it('refuse with a reason, and a code of its own', async () => {
    const [unknown, tooSmall, nothing] = await Promise.all([
      admin('groups', 'change', '77', '--name', 'a'),
      admin('groups', 'create', 'a', '--limit', 'uploadBytes=0'),
      admin('change', '1'),
    ]);
    assert.match(unknown.stderr, /There is no group 77/);
    assert.match(tooSmall.stderr, /uploadBytes: expected a whole number from 1/);
    assert.match(nothing.stderr, /Expected --group or --limit/);
    assert.deepEqual([unknown.code, tooSmall.code, nothing.code], [1, 2, 2]);
  });

  it('rotate the signing keys of the data folder and of the environment', async () => {
    const keys = async () => KEYS.parse(await (await fetch(`${service.url()}/.well-known/jwks.json`)).json());
    const before = (await keys()).keys.map(({ kid }) => kid);
    const path = join(service.data(), 'jwt-private-keys.json');
    const environment = await tonemill(['rotate-keys'], {
      cwd: service.data(),
      env: { TONEMILL_DATA: service.data(), JWT_PRIVATE_KEYS: await readFile(path, 'utf8') },
    });
    const [, printed = ''] = /^JWT_PRIVATE_KEYS='(.+)'$/m.exec(environment.stdout) ?? [];
    const kidsOf = (text: string) => KEYS.parse(JSON.parse(text)).keys.map(({ kid }) => kid);
    assert.equal(kidsOf(printed).length, before.length + 1);
    assert.match(environment.stderr, /restart each before 2/);
    const rotated = await operate('rotate-keys');
    assert.match(rotated.stdout, /^A new key signs\./, rotated.stderr);
    const kept = kidsOf(await readFile(path, 'utf8'));
    assert.equal(kept.length, before.length + 1);
    for (const kid of before) assert.ok(kept.includes(kid), kid);
  });
});
