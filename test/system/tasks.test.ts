import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';

const CREATED = z.object({ message: z.string(), task: TASK });

describe('The routes of tasks', () => {
  const service = testService();
  const folder = temporaryFolder();
  let ann: User;
  let tone: Buffer;

  before(async () => {
    ann = await service.newUser();
  });
  beforeEach(async () => {
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    tone = await readFile(path);
  });

  const codeOf = async (answer: Response) => PROBLEM.parse(await answer.json()).code;
  const json = (body: unknown, method = 'PUT'): RequestInit => ({
    method,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });

  it('need a token', async () => {
    const asked: [string, string][] = [
      ['GET', '/api/tasks'],
      ['POST', '/api/tasks'],
      ['GET', '/api/tasks/1'],
      ['PUT', '/api/tasks/1'],
      ['DELETE', '/api/tasks/1'],
      ['GET', '/api/tasks/1/original'],
      ['GET', '/api/tasks/1/result'],
      ['GET', '/api/download/1'],
    ];
    for (const [method, path] of asked) {
      for (const headers of [{}, { Authorization: 'Bearer x.y.z' }, { Authorization: 'Basic YTpi' }]) {
        const answer = await fetch(`${service.url()}${path}`, { method, headers });
        assert.equal(answer.status, 401, `${method} ${path}`);
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
        assert.equal(await codeOf(answer), 'unauthenticated');
      }
    }
  });

  it('create a task with the shape of the first generation, and convert it', async () => {
    const answer = await ann.upload({ audio: { name: 'Töne 🎵.wav', bytes: tone }, newFormat: 'OGG' });
    assert.equal(answer.status, 200);
    const { task } = z.object({ task: z.looseObject({ id: z.int() }) }).parse(await answer.json());
    const { id, timestamp, ...rest } = task;
    assert.ok(Math.abs(Date.parse(String(timestamp)) - Date.now()) < 60_000);
    assert.deepEqual(
      { name: rest.name, originalExt: rest.originalExt, convertedExt: rest.convertedExt, user: rest.user },
      { name: 'Töne 🎵.wav', originalExt: 'wav', convertedExt: 'ogg', user: ann.email },
    );
    assert.deepEqual({ revision: rest.revision, options: rest.options }, { revision: 1, options: {} });
    const done = await ann.settled(id);
    assert.equal(done.state, 'PROCESSED');
    assert.equal(done.progress, 1);
  });

  it('take fields that come after the file, and a name of their own', async () => {
    const answer = await ann.upload({
      audio: { name: 'a.wav', bytes: tone },
      filename: 'renamed.wav',
      newFormat: 'flac',
    });
    assert.equal(CREATED.parse(await answer.json()).task.name, 'renamed.wav');
  });

  it('page through the tasks of one user both ways, by the links that they give', async () => {
    const bob = await service.newUser();
    const ids: number[] = [];
    for (const name of ['1.wav', '2.wav', '3.wav'])
      ids.push((await bob.convert({ name, bytes: tone }, 'wav')).id);
    for (const order of ['0', '1']) {
      const seen: number[] = [];
      let path: string | undefined = `/api/tasks?max=2&order=${order}`;
      while (path !== undefined) {
        const page: Response = await bob.fetch(path);
        seen.push(
          ...z
            .array(TASK)
            .parse(await page.json())
            .map(({ id }) => id),
        );
        path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
      }
      assert.deepEqual(seen, order === '0' ? ids : ids.toReversed());
    }
    const failed = await bob.fetch('/api/tasks?state=FAILED');
    assert.deepEqual(await failed.json(), []);
    for (const query of ['max=0', 'max=x', 'order=2', 'state=DONE', 'after=-1']) {
      const answer = await bob.fetch(`/api/tasks?${query}`);
      assert.equal(answer.status, 400, query);
      assert.equal(PROBLEM.parse(await answer.json()).errors?.[0]?.path, query.split('=')[0]);
    }
  });

  it('are found by a part of their name and by their format, and come in four orders', async () => {
    const bob = await service.newUser();
    const made: [string, string][] = [
      ['Öl 100%.wav', 'wav'],
      ['alpha_1.wav', 'mp3'],
      ['Beta.wav', 'mp3'],
      ['alpha.wav', 'flac'],
      ['alpha.wav', 'wav'],
    ];
    const ids: number[] = [];
    for (const [name, format] of made) ids.push((await bob.convert({ name, bytes: tone }, format)).id);
    const idsOf = async (query: string) => {
      const seen: number[] = [];
      let path: string | undefined = `/api/tasks?max=2&${query}`;
      while (path !== undefined) {
        const page: Response = await bob.fetch(path);
        assert.equal(page.status, 200, path);
        const shown = z.array(TASK).parse(await page.json());
        seen.push(...shown.map(({ id }) => ids.indexOf(id)));
        path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
      }
      return seen;
    };
    assert.deepEqual(await idsOf('name=ALPHA'), [1, 3, 4]);
    assert.deepEqual(await idsOf('name=100%25'), [0]);
    assert.deepEqual(await idsOf('name=_'), [1]);
    assert.deepEqual(await idsOf('name=%5C'), []);
    assert.deepEqual(await idsOf(`name=${encodeURIComponent('öL')}`), [0]);
    assert.deepEqual(await idsOf('format=MP3&order=1'), [2, 1]);
    assert.deepEqual(await idsOf('format=wav&name=alpha&state=PROCESSED'), [4]);
    assert.deepEqual(await idsOf('sort=name'), [1, 3, 4, 2, 0]);
    assert.deepEqual(await idsOf('sort=name&order=1&name=a'), [0, 2, 4, 3, 1]);
    assert.deepEqual(await idsOf('sort=state&order=1'), [4, 3, 2, 1, 0]);
    const bySize = await idsOf('sort=size');
    assert.deepEqual(new Set(bySize.slice(0, 2)), new Set([1, 2]));
    assert.deepEqual(bySize.slice(3), [0, 4]);
    for (const query of [
      'sort=date',
      'name=',
      'name=%00',
      'format=..%2f',
      'after=1&sort=name',
      'cursor=x&sort=name',
      'cursor=WyJzaXplIiwxLDFd&sort=name',
      'cursor=WyJzaXplIiwxLDFd',
    ]) {
      const answer = await bob.fetch(`/api/tasks?${query}`);
      assert.equal(answer.status, 400, query);
      assert.equal(PROBLEM.parse(await answer.json()).errors?.[0]?.path, query.split('=')[0]);
    }
  });

  it('convert again when another format is requested', async () => {
    const { id } = await ann.convert({ name: 'a.wav', bytes: tone }, 'mp3');
    const changed = await ann.fetch(`/api/tasks/${id}`, json({ newFormat: 'Flac' }));
    assert.equal(changed.status, 200);
    const { state, revision } = TASK.parse(await changed.json());
    assert.deepEqual({ state, revision }, { state: 'UPLOADED', revision: 2 });
    assert.equal((await ann.settled(id)).convertedExt, 'flac');
    const result = await ann.fetch(`/api/tasks/${id}/result`);
    assert.equal(result.headers.get('content-type'), 'audio/flac');
    assert.equal((await service.files()).filter((name) => name === 'a.mp3').length, 0);
  });

  it('refuse a requested output that is not possible', async () => {
    const { id } = await ann.convert({ name: 'a.wav', bytes: tone }, 'mp3');
    const requests: [unknown, number, string][] = [
      [{ newFormat: 'mp9' }, 422, 'unsupported_format'],
      [{ newFormat: 3 }, 400, 'invalid_request'],
      [{}, 400, 'invalid_request'],
    ];
    for (const [requestedOutput, status, code] of requests) {
      const answer = await ann.fetch(`/api/tasks/${id}`, json(requestedOutput));
      assert.equal(answer.status, status);
      assert.equal(await codeOf(answer), code);
    }
    assert.equal((await ann.fetch(`/api/tasks/${id}`, { method: 'PUT', body: 'x' })).status, 415);
    assert.equal((await ann.settled(id)).revision, 1);
  });

  it('remove a task with both of its files', async () => {
    const { id } = await ann.convert({ name: 'unique-name.wav', bytes: tone }, 'mp3');
    const removed = await ann.fetch(`/api/tasks/${id}`, { method: 'DELETE' });
    assert.equal(removed.status, 200);
    assert.equal(CREATED.parse(await removed.json()).task.id, id);
    assert.equal((await ann.fetch(`/api/tasks/${id}`)).status, 404);
    assert.deepEqual(
      (await service.files()).filter((name) => name.startsWith('unique-name')),
      [],
    );
  });

  it('show no task of another user', async () => {
    const { id } = await ann.convert({ name: 'a.wav', bytes: tone }, 'mp3');
    const eve = await service.newUser();
    const asked: [string, RequestInit][] = [
      [`/api/tasks/${id}`, {}],
      [`/api/tasks/${id}`, json({ newFormat: 'ogg' })],
      [`/api/tasks/${id}`, { method: 'DELETE' }],
      [`/api/tasks/${id}/original`, {}],
      [`/api/tasks/${id}/result`, {}],
      [`/api/download/${id}`, {}],
    ];
    for (const [path, init] of asked) {
      const answer = await eve.fetch(path, init);
      assert.equal(answer.status, 404, path);
      assert.equal(await codeOf(answer), 'not_found');
    }
    assert.deepEqual(await eve.tasks(), []);
    assert.equal((await ann.settled(id)).state, 'PROCESSED');
  });

  it('refuse an invalid id', async () => {
    for (const id of ['x', '0', '-1', '1.5', '99999999999']) {
      const answer = await ann.fetch(`/api/tasks/${id}`);
      assert.equal(answer.status, 400, id);
      assert.equal(await codeOf(answer), 'invalid_request');
    }
  });

  it('believe no report without the service credential', async () => {
    const { id } = await ann.convert({ name: 'a.wav', bytes: tone }, 'mp3');
    const report = (headers: Record<string, string>, query = '') =>
      fetch(`${service.url()}/api/tasks/${id}/processed${query}`, { method: 'POST', headers });
    assert.equal((await report({})).status, 401);
    assert.equal((await report({ 'X-Service-Credential': 'wrong' })).status, 401);
    assert.equal((await report({ Authorization: `Bearer ${ann.token}` })).status, 401);
    const credential = await readFile(join(service.data(), 'service-credential'), 'utf8');
    assert.equal((await report({ 'X-Service-Credential': credential })).status, 409);
    assert.equal((await report({}, `?key=${credential}`)).status, 409);
  });

  describe('for downloads', () => {
    let id: number;
    beforeEach(async () => {
      id = (await ann.convert({ name: 'Töne "1".wav', bytes: tone }, 'flac')).id;
    });

    it('give the original back byte for byte, under its first-generation name too', async () => {
      for (const path of [`/api/tasks/${id}/original`, `/api/download/${id}`]) {
        const answer = await ann.fetch(path);
        assert.equal(answer.headers.get('content-type'), 'audio/wav');
        assert.match(answer.headers.get('content-disposition') ?? '', /filename\*=UTF-8''T%C3%B6ne/);
        assert.deepEqual(Buffer.from(await answer.arrayBuffer()), tone);
      }
    });

    it('give the result by ranges', async () => {
      const path = `/api/tasks/${id}/result`;
      const whole = Buffer.from(await (await ann.fetch(path)).arrayBuffer());
      const size = whole.length;
      const ranges: [string, number, Buffer][] = [
        ['bytes=0-9', 206, whole.subarray(0, 10)],
        ['bytes=-5', 206, whole.subarray(size - 5)],
        [`bytes=${size - 3}-`, 206, whole.subarray(size - 3)],
        ['bytes=0-1,9-12', 200, whole],
        ['pages=1-2', 200, whole],
      ];
      for (const [range, status, bytes] of ranges) {
        const answer = await ann.fetch(path, { headers: { Range: range } });
        assert.equal(answer.status, status, range);
        assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes, range);
      }
      const outside = await ann.fetch(path, { headers: { Range: `bytes=${size}-` } });
      assert.equal(outside.status, 416);
      assert.equal(outside.headers.get('content-range'), `bytes */${size}`);
      assert.equal(await codeOf(outside), 'range_not_satisfiable');
      const head = await ann.fetch(path, { method: 'HEAD' });
      assert.equal(head.headers.get('content-length'), String(size));
    });

    it('refuse a result that is not there', async () => {
      const { id: failed, error } = await ann.convert(
        { name: 'x.mp3', bytes: Buffer.from('no audio') },
        'wav',
      );
      assert.equal(error?.code, 'not_audio');
      const answer = await ann.fetch(`/api/tasks/${failed}/result`);
      assert.equal(answer.status, 409);
      assert.equal(await codeOf(answer), 'not_ready');
      assert.equal((await ann.fetch(`/api/tasks/${failed}/original`)).status, 200);
    });
  });
});
