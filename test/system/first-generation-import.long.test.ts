import assert from 'node:assert/strict';
import { cp, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { makeTone } from '../support/audio.ts';
import { testDatabase } from '../support/database.ts';
import { post } from '../support/service.ts';
import { newDatabase, type VmDeployment, vmDeployment } from '../support/vm.ts';

/** The tables as SQLAlchemy makes them. */
const TABLES = `
  create type state as enum ('UPLOADED', 'PROCESSED');
  create table "user" (email varchar(120) primary key, username varchar(80), password varchar(120));
  create table task (id serial primary key, "timestamp" timestamp, name varchar(255), "originalExt" varchar(10),
    "convertedExt" varchar(10), state state, "user" varchar(120) references "user" (email));
  insert into "user" values
    ('ann@example.org', 'BOB', 'pw'), ('Bob@example.org', 'bob', 'correct horse'),
    ('bob@example.org', 'bob2', 'another'), ('eve@example.org', 'eve', null);
  insert into task values
    (3, '2020-02-03 04:05:06', 'Töne 1.wav', 'wav', 'MP3', 'PROCESSED', 'ann@example.org'),
    (5, '2020-02-03 04:05:07', 'b.wav', 'wav', 'OGG', 'PROCESSED', 'ann@example.org'),
    (8, '2020-02-03 04:05:08', 'c.wav', 'wav', 'MP3', 'PROCESSED', 'ann@example.org'),
    (9, '2020-02-03 04:05:09', 'd.wav', 'wav', 'mp3', 'UPLOADED', 'Bob@example.org'),
    (12, '2020-02-03 04:05:10', 'gone.wav', 'wav', 'MP3', 'UPLOADED', 'Bob@example.org'),
    (13, '2020-02-03 04:05:11', 'e.wav', 'wav', 'XYZ', 'UPLOADED', 'Bob@example.org'),
    (14, '2020-02-03 04:05:12', 'f.wav', 'wav', 'MP3', 'UPLOADED', 'bob@example.org'),
    (15, '2020-02-03 04:05:13', '../g.wav', 'wav', 'MP3', 'UPLOADED', 'ann@example.org'),
    (16, null, null, null, null, null, 'ann@example.org'),
    (40, '2020-02-03 04:05:14', 'w.wav', 'wav', 'WAV', 'PROCESSED', 'ann@example.org');`;

const COPIED = [
  'user Bob@example.org: copied',
  'user ann@example.org: copied, named ann@example.org',
  'task 3 "Töne 1.wav": PROCESSED, 3/Töne 1.mp3 becomes its result',
  'task 5 "b.wav": UPLOADED, to be converted to ogg: The result is not adopted: no result exists.',
  'task 9 "d.wav": UPLOADED, to be converted to mp3: It was not processed.',
  'task 12 "gone.wav": EXPIRED, since its original does not exist',
  'task 40 "w.wav": UPLOADED, to be converted to wav: The result is not adopted: no result exists.',
];

const LEFT = [
  'user bob@example.org: left, since Bob@example.org differs from it only in case',
  'user eve@example.org: left, since it has no password',
  'task 13 "e.wav": left, since "XYZ" is not an available format',
  'task 14 "f.wav": left, since its user bob@example.org was not imported',
  'task 15 "../g.wav": left, since its name is not a valid file name',
  'task 16 "": left, since "" is not an available format',
];

describe('npm run migrate-first-generation', function () {
  this.timeout(60_000);
  const database = testDatabase();
  let from = '';
  let url = '';
  let vm: VmDeployment;

  before(async () => {
    from = await newDatabase(database.url());
    url = await newDatabase(database.url());
    vm = await vmDeployment(url);
    await query(from, TABLES);
    await makeShare(vm.originals);
    await vm.command('init-share');
    await vm.command('migrate');
  });
  after(() => vm.remove());

  /** Exit code 1 tells that something was left; what was printed counts as well. */
  const importFirstGeneration = async (...args: string[]) => {
    try {
      return await vm.command('migrate-first-generation', vm.environment(), ['--from', from, ...args]);
    } catch (error) {
      if (error instanceof Error && 'stdout' in error && error.stdout !== '') return String(error.stdout);
      throw error;
    }
  };

  it('says how it is called', async () => {
    await assert.rejects(
      vm.command('migrate-first-generation'),
      /required option '--from <url>' not specified/,
    );
    const elsewhere = ['--from', url];
    await assert.rejects(
      vm.command('migrate-first-generation', vm.environment(), elsewhere),
      /The tables "user" and task of the first generation can't be read at --from/,
    );
  });

  it('changes nothing at first, and says for each row what it would do', async () => {
    const files = await readdir(vm.originals, { recursive: true });
    const said = await importFirstGeneration();
    for (const line of [...COPIED, ...LEFT]) assert.ok(said.includes(`${line}\n`), `${line}\n\n${said}`);
    assert.match(said, /task 8 "c\.wav": UPLOADED, to be converted to mp3: The result is not adopted: /);
    assert.match(
      said,
      /users: 2 copied, 0 already here, 2 left out\ntasks: 6 copied, 0 already here, 4 left out\n/,
    );
    assert.match(said, /This was a dry run; nothing was changed\. Add --apply to copy\.\n$/);
    assert.deepEqual(await query(url, 'select from users union all select from tasks'), []);
    assert.deepEqual(await readdir(vm.results), ['.tonemill']);
    assert.deepEqual(await readdir(vm.originals, { recursive: true }), files);
  });

  it('does what it said, and leaves the originals where they are', async () => {
    const files = await readdir(vm.originals, { recursive: true });
    const said = await importFirstGeneration('--apply');
    for (const line of [...COPIED, ...LEFT]) assert.ok(said.includes(`${line}\n`), line);
    assert.deepEqual(await readdir(vm.originals, { recursive: true }), files);
    const rows = await query(url, 'select id, state, format, created_at from tasks order by id');
    assert.deepEqual(
      rows.map(({ id, state, format }) => `${id} ${state} ${format}`),
      [
        '3 PROCESSED mp3',
        '5 UPLOADED ogg',
        '8 UPLOADED mp3',
        '9 UPLOADED mp3',
        '12 EXPIRED mp3',
        '40 UPLOADED wav',
      ],
    );
    assert.deepEqual(rows[0]?.created_at, new Date('2020-02-03T04:05:06Z'));
    const [made, result] = await Promise.all(
      [join(vm.originals, '3', 'Töne 1.mp3'), join(vm.results, '3', '1', 'Töne 1.mp3')].map((path) =>
        stat(path),
      ),
    );
    assert.equal(made?.ino, result?.ino);
  });

  it('touches nothing when it is repeated, but takes what came since', async () => {
    await query(
      from,
      `insert into task values (41, now(), 'd.wav', 'wav', 'MP3', 'UPLOADED', 'Bob@example.org')`,
    );
    const before = await query(url, 'select * from tasks order by id');
    const said = await importFirstGeneration('--apply');
    assert.match(
      said,
      /users: 0 copied, 2 already here, 2 left out\ntasks: 1 copied, 6 already here, 4 left out\n/,
    );
    assert.deepEqual((await query(url, 'select * from tasks order by id')).slice(0, before.length), before);
  });

  it('leaves a user whose email another user has taken here since', async () => {
    await query(from, `insert into "user" values ('kim@example.org', 'kim', 'old password')`);
    const hash = await query(url, `select password_hash from users where email = 'Bob@example.org'`);
    await query(
      url,
      `insert into users (name, email, password_hash) values ('kim', 'kim@example.org',
      '${hash[0]?.password_hash}')`,
    );
    assert.match(
      await importFirstGeneration('--apply'),
      /user kim@example\.org: left, since a user with this email/,
    );
  });

  describe('lets the service that starts afterwards', () => {
    it('know the users, convert what was not converted, and sweep away nothing but duplicates', async () => {
      const api = await vm.start('serve');
      const worker = await vm.start('worker');
      const login = await post(`${api.url}/api/auth/login`, { email: 'ann@example.org', password: 'pw' });
      assert.equal(login.status, 200);
      const { token } = (await login.json()) as { token: string };
      const get = (path: string) =>
        fetch(`${api.url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
      const states = async () => {
        const rows = await query(url, 'select id, state from tasks order by id');
        return rows.map(({ id, state }) => `${id} ${state}`);
      };
      while ((await states()).some((state) => /UPLOADED|PROCESSING/.test(state))) await setTimeout(100);
      assert.deepEqual(await states(), [
        ...[
          '3 PROCESSED',
          '5 PROCESSED',
          '8 PROCESSED',
          '9 PROCESSED',
          '12 EXPIRED',
          '40 PROCESSED',
          '41 EXPIRED',
        ],
      ]);
      assert.equal((await get('/api/tasks/3/result')).headers.get('content-type'), 'audio/mpeg');
      assert.equal((await get('/api/download/3')).status, 200);
      const files = await readdir(vm.originals, { recursive: true, withFileTypes: true });
      assert.deepEqual(
        files
          .filter((file) => file.isFile())
          .map(({ parentPath, name }) => join(parentPath, name))
          .sort(),
        [
          '.tonemill',
          '13/e.wav',
          '14/f.wav',
          '3/Töne 1.wav',
          '40/w.wav',
          '5/b.wav',
          '8/c.wav',
          '9/d.wav',
          'g.wav',
        ]
          .map((path) => join(vm.originals, path))
          .sort(),
      );
      const [next] = await query(url, `select nextval(pg_get_serial_sequence('tasks', 'id'))::int as id`);
      assert.equal(next?.id, 42);
      await worker.end('SIGTERM');
      await api.end('SIGTERM');
    });
  });
});

/** Originals and results side by side, all of them old. */
async function makeShare(root: string): Promise<void> {
  await mkdir(root);
  const tone = join(root, 'g.wav');
  await makeTone(tone, 1);
  const names = ['3/Töne 1.wav', '5/b.wav', '8/c.wav', '9/d.wav', '13/e.wav', '14/f.wav', '40/w.wav'];
  for (const name of names) await cp(tone, join(root, name));
  await makeTone(join(root, '3', 'Töne 1.mp3'), 1);
  await writeFile(join(root, '8', 'c.mp3'), 'never finished');
  for (const name of ['g.wav', ...names, '3/Töne 1.mp3', '8/c.mp3']) await utimes(join(root, name), 0, 0);
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}
