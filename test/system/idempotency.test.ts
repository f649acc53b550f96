import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { testDatabase } from '../support/database.ts';
import { newFolder } from '../support/folders.ts';
import { PROBLEM, post, TASK, testService, type User } from '../support/service.ts';

const CREATED = z.object({ task: TASK, upload: z.object({ url: z.url() }).optional() });
const API_KEY = z.object({ id: z.int(), key: z.string() });
const ANNOUNCED = { filename: 'a.wav', newFormat: 'mp3', size: 10, options: { bitrate: 128_000 } };

/** Fields of a form in their order; a file where the value is bytes. */
type Fields = readonly (readonly [name: string, value: string | Uint8Array])[];

describe('A request with an Idempotency-Key', function () {
  this.timeout(60_000);
  const database = testDatabase();
  const service = testService({
    DATABASE: 'url',
    get DATABASE_URL() {
      return database.url();
    },
  });
  let user: User;
  let tone: Uint8Array;
  before(async () => {
    const path = join(await newFolder(), 'in.wav');
    await makeTone(path, 1);
    tone = Uint8Array.from(await readFile(path));
  });
  beforeEach(async () => {
    user = await service.newUser();
  });

  const announce = (key: string, body: unknown = ANNOUNCED, path = '/api/tasks', token = user.token) =>
    post(`${service.url()}${path}`, body, { Authorization: `Bearer ${token}`, 'Idempotency-Key': key });
  const send = (key: string, fields: Fields, path = '/api/tasks', name = 'in.wav') => {
    const body = new FormData();
    for (const [field, value] of fields)
      if (typeof value === 'string') body.append(field, value);
      else body.append(field, new Blob([Uint8Array.from(value)]), name);
    return user.fetch(path, { method: 'POST', body, headers: { 'Idempotency-Key': key } });
  };
  const form = (): Fields => [
    ['newFormat', 'mp3'],
    ['options', '{"bitrate":128000}'],
    ['audio', tone],
  ];
  const created = async (answer: Response) => {
    assert.equal(answer.status, 200, await (answer.ok ? '' : answer.text()));
    return CREATED.parse(await answer.json()).task.id;
  };
  const refusal = async (answer: Response) => {
    const { status, code } = PROBLEM.parse(await answer.json());
    return [status, code];
  };
  const REUSED = [422, 'idempotency_key_reused'];
  const isReplayed = (answer: Response) => answer.headers.get('idempotent-replayed') === 'true';
  /** Leaves the rows of a user as an attempt does whose process died before it answered. */
  const loseAnswers = (owner: User) =>
    database
      .knex()('idempotency_keys')
      .whereIn('user_id', database.knex()('users').where({ email: owner.email }).select('id'))
      .update({ answer: null, claim: randomUUID(), claimed_until: new Date(0) });

  it('gets the first answer again, whatever the order of the names and whether the key is in quotes', async () => {
    const first = await announce('key-1-of-ann');
    assert.equal(isReplayed(first), false);
    const { size, ...others } = ANNOUNCED;
    const again = await announce('"key-1-of-ann"', { size, ...others });
    assert.deepEqual([again.status, isReplayed(again)], [200, true]);
    assert.equal(again.headers.get('content-type'), first.headers.get('content-type'));
    assert.equal(again.headers.get('x-content-type-options'), 'nosniff');
    assert.deepEqual(await again.json(), await first.json());
    assert.equal((await user.tasks()).length, 1);
  });

  it('is refused with another body, another route and another query', async () => {
    const id = await created(await announce('k'));
    assert.deepEqual(await refusal(await announce('k', { ...ANNOUNCED, size: 11 })), REUSED);
    assert.deepEqual(await refusal(await announce('k', ANNOUNCED, '/api/tasks?x=1')), REUSED);
    assert.deepEqual(await refusal(await send('k', form())), REUSED);
    assert.deepEqual(await refusal(await send('k', form(), '/api/convert')), REUSED);
    const key = { name: 'k', scopes: ['tasks:read'] };
    assert.deepEqual(await refusal(await announce('k', key, '/api/auth/keys')), REUSED);
    assert.deepEqual(
      (await user.tasks()).map((task) => task.id),
      [id],
    );
  });

  it('with a form is known by its fields in any order and by the bytes of its file, and stores nothing twice', async () => {
    const id = await created(await send('form', form()));
    await user.settled(id);
    const files = await service.files();
    const again = await send('form', [...form()].reverse());
    assert.equal(isReplayed(again), true);
    assert.equal(await created(again), id);
    const changed = Uint8Array.from(tone);
    changed[changed.length - 1] = 1 ^ (changed.at(-1) ?? 0);
    for (const fields of [
      [...form().slice(0, 2), ['audio', changed]],
      [...form(), ['filename', 'other.wav']],
      [
        ['newFormat', 'mp3'],
        ['audio', tone],
      ],
      [...form(), ['cover', tone]],
    ] satisfies Fields[])
      assert.deepEqual(await refusal(await send('form', fields)), REUSED);
    assert.deepEqual(await refusal(await send('form', form(), '/api/tasks', 'other.wav')), REUSED);
    assert.deepEqual(await service.files(), files);
    assert.equal((await user.tasks()).length, 1);
  });

  it('makes one task where fifty come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => send('fifty', form())));
    const made = new Set<number>();
    for (const answer of answers) {
      if (answer.status === 200) made.add(await created(answer));
      else {
        assert.equal(answer.headers.get('retry-after'), '1');
        assert.deepEqual(await refusal(answer), [409, 'idempotency_key_in_use']);
      }
    }
    assert.equal(made.size, 1);
    assert.equal((await user.tasks()).length, 1);
  });

  it('gets the converted file again, of one task', async () => {
    const first = await send('convert', form(), '/api/convert');
    assert.deepEqual([first.status, isReplayed(first)], [200, false]);
    const again = await send('convert', form(), '/api/convert');
    assert.deepEqual([again.status, isReplayed(again)], [200, true]);
    const location = first.headers.get('location') ?? '';
    assert.equal(again.headers.get('location'), location);
    assert.equal(again.headers.get('content-disposition'), first.headers.get('content-disposition'));
    assert.deepEqual(await again.bytes(), await first.bytes());
    const flac: Fields = [
      ['newFormat', 'flac'],
      ['audio', tone],
    ];
    assert.deepEqual(await refusal(await send('convert', flac, '/api/convert')), REUSED);
    await user.fetch(location, { method: 'DELETE' });
    assert.deepEqual(await refusal(await send('convert', form(), '/api/convert')), [404, 'not_found']);
    assert.deepEqual(await user.tasks(), []);
  });

  it('gets the failure of its conversion again, and converts no second time', async () => {
    const fields: Fields = [
      ['format', 'mp3'],
      ['audio', Buffer.from('no audio at all')],
    ];
    for (const isAgain of [false, true]) {
      const answer = await send('failing', fields, '/api/convert');
      assert.equal(isReplayed(answer), isAgain);
      assert.deepEqual(await refusal(answer), [422, 'not_audio']);
    }
    assert.equal((await user.tasks()).length, 1);
  });

  it('that was refused may come again in another form, since nothing was made', async () => {
    assert.deepEqual(await refusal(await announce('r', { ...ANNOUNCED, newFormat: 'mp9' })), [
      422,
      'unsupported_format',
    ]);
    assert.deepEqual(
      await refusal(
        await send('r', [
          ['newFormat', 'mp9'],
          ['audio', tone],
        ]),
      ),
      [422, 'unsupported_format'],
    );
    assert.deepEqual(await refusal(await send('r', [['newFormat', 'mp3']])), [400, 'invalid_request']);
    await created(await send('r', form()));
  });

  it('gives the text of an API key again, which no table has', async () => {
    const wanted = { name: 'key', scopes: ['tasks:read', 'account'] };
    const first = API_KEY.parse(await (await announce('api', wanted, '/api/auth/keys')).json());
    const again = await announce('api', wanted, '/api/auth/keys');
    assert.deepEqual([isReplayed(again), again.headers.get('cache-control')], [true, 'no-store']);
    assert.deepEqual(API_KEY.parse(await again.json()), first);
    const rows = await database.knex()('idempotency_keys').select('answer', 'key_hash');
    assert.ok(rows.length > 0);
    for (const { answer, key_hash } of rows)
      assert.ok(!`${answer}${key_hash}`.includes(first.key) && key_hash !== 'api');
    const listed = z.array(z.unknown()).parse(await (await user.fetch('/api/auth/keys')).json());
    assert.equal(listed.length, 1);
  });

  it('gives an API key no answer that its rights could not have caused', async () => {
    const of = (scopes: string[]) => announce(randomUUID(), { name: 'k', scopes }, '/api/auth/keys');
    const { key } = API_KEY.parse(await (await of(['account'])).json());
    const wanted = { name: 'more', scopes: ['tasks:write'] };
    assert.equal((await announce('more', wanted, '/api/auth/keys')).status, 200);
    assert.deepEqual(await refusal(await announce('more', wanted, '/api/auth/keys', key)), REUSED);
  });

  it('belongs to its user: two users may have the same key', async () => {
    const other = await service.newUser();
    const [own, others] = [
      await created(await announce('same')),
      await created(await announce('same', ANNOUNCED, '/api/tasks', other.token)),
    ];
    assert.notEqual(own, others);
  });

  it('of a removed account finds nothing, and nothing of it is kept', async () => {
    await created(await announce('removed'));
    const rows = () =>
      database.knex()('idempotency_keys').where({ key_hash: hashOfRemoved }).pluck('user_id');
    const hashOfRemoved = (await database.knex()('idempotency_keys').orderBy('created_at', 'desc').first())
      .key_hash;
    assert.equal((await rows()).length, 1);
    const gone = await user.fetch('/api/account', {
      method: 'DELETE',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ password: 'correct horse' }),
    });
    assert.equal(gone.status, 200);
    assert.deepEqual(await refusal(await announce('removed')), [401, 'unauthenticated']);
    assert.deepEqual(await rows(), []);
  });

  it('finds the task that an attempt has made which died before its answer', async () => {
    const id = await created(await send('dead', form()));
    await loseAnswers(user);
    const other: Fields = [
      ['newFormat', 'flac'],
      ['audio', tone],
    ];
    assert.deepEqual(await refusal(await send('dead', other)), REUSED);
    const again = await send('dead', form());
    assert.equal(isReplayed(again), false);
    assert.equal(await created(again), id);
    assert.equal(isReplayed(await send('dead', form())), true);
    const converted = await send('dead-too', form(), '/api/convert');
    await converted.body?.cancel();
    await loseAnswers(user);
    const second = await send('dead-too', form(), '/api/convert');
    assert.deepEqual([converted.status, second.status], [200, 200]);
    assert.equal(second.headers.get('location'), converted.headers.get('location'));
    await second.body?.cancel();
    assert.equal((await user.tasks()).length, 2);
  });

  it('replaces the task that still awaits its original, of an attempt that died', async () => {
    const id = await created(await announce('half'));
    await loseAnswers(user);
    assert.notEqual(await created(await announce('half')), id);
    assert.equal((await user.tasks()).length, 1);
    const formed = await created(await send('half-form', form()));
    await database.knex()('tasks').where({ id: formed }).update({ state: 'AWAITING_UPLOAD' });
    await loseAnswers(user);
    const again = await created(await send('half-form', form()));
    assert.notEqual(again, formed);
    assert.equal((await user.settled(again)).state, 'PROCESSED');
    assert.equal((await user.tasks()).length, 2);
  });

  it('opens one batch, also after an attempt that died', async () => {
    const wanted = { name: 'Album', tasks: [ANNOUNCED, { ...ANNOUNCED, filename: 'b.wav' }] };
    const batch = async () => {
      const answer = await announce('batch', wanted, '/api/batches');
      return { isAgain: isReplayed(answer), text: await answer.text() };
    };
    const first = await batch();
    assert.deepEqual(await batch(), { ...first, isAgain: true });
    assert.equal((await user.tasks()).length, 2);
    await loseAnswers(user);
    const third = await batch();
    assert.deepEqual([third.isAgain, third.text === first.text], [false, false]);
    assert.equal((await user.tasks()).length, 2);
    const listed = z.array(z.unknown()).parse(await (await user.fetch('/api/batches')).json());
    assert.equal(listed.length, 1);
  });

  it('makes one API key and one preset, also after an attempt that died', async () => {
    const key = { name: 'key', scopes: ['tasks:read'] };
    const preset = { name: 'mine', format: 'mp3', options: { bitrate: 128_000, channels: 1 } };
    const textOf = async (name: string, body: object, path: string) => {
      const answer = await announce(name, body, path);
      assert.deepEqual([answer.status, isReplayed(answer)], [200, false]);
      return answer.text();
    };
    const texts = async () => [
      await textOf('a', key, '/api/auth/keys'),
      await textOf('b', preset, '/api/presets'),
    ];
    const [firstKey, firstPreset] = await texts();
    await loseAnswers(user);
    const [secondKey, secondPreset] = await texts();
    assert.notEqual(secondKey, firstKey);
    assert.equal(secondPreset, firstPreset);
    for (const path of ['/api/auth/keys', '/api/presets'])
      assert.equal(z.array(z.unknown()).parse(await (await user.fetch(path)).json()).length, 1, path);
    const changed = { ...preset, options: { bitrate: 64_000 } };
    assert.deepEqual(await refusal(await announce('c', changed, '/api/presets')), [409, 'taken']);
  });

  it('needs a key of 1 to 255 printable characters', async () => {
    for (const key of [
      '',
      '""',
      'a b',
      'a,b',
      '"a',
      'a"b',
      '"a\\b"',
      'ä',
      '\u00ff',
      'x'.repeat(256),
      `"${'x'.repeat(256)}"`,
    ]) {
      const answer = await announce(key);
      const { status, code, detail, errors } = PROBLEM.parse(await answer.json());
      assert.deepEqual([status, code], [400, 'invalid_request'], key);
      assert.match(detail, /expected 1 to 255 printable ASCII characters/);
      assert.equal(errors?.[0]?.path, 'Idempotency-Key');
    }
    assert.deepEqual(await user.tasks(), []);
    for (const key of ['x'.repeat(255), '"a b, \\"c\\"; \\\\"', '"a";b=1'])
      await created(await announce(key));
    assert.equal((await user.tasks()).length, 3);
  });

  it('is read only by routes that create', async () => {
    const answer = await user.fetch('/api/tasks', { headers: { 'Idempotency-Key': '' } });
    assert.equal(answer.status, 200);
  });
});
