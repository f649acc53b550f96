import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const LATER = new Date(Date.now() + 3_600_000).toUTCString();
const EARLIER = new Date(Date.now() - 3_600_000).toUTCString();

describe('Downloads with conditions and ranges', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();
  let ann: User;
  let tone: Buffer;
  let id: number;

  before(async () => {
    ann = await service.newUser();
  });
  beforeEach(async () => {
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    tone = await readFile(path);
    id = (await ann.convert({ name: 'tone.wav', bytes: tone }, 'flac')).id;
  });

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    ann.fetch(path, { method, headers });
  const original = () => `/api/tasks/${id}/original`;
  const result = () => `/api/tasks/${id}/result`;
  const statusOf = async (path: string, headers: Record<string, string>, method = 'GET') => {
    const answer = await ask(path, headers, method);
    await answer.arrayBuffer();
    return answer.status;
  };
  const tagOf = async (path: string) => (await ask(path, {}, 'HEAD')).headers.get('etag') ?? '';
  /** Dates the stored original; a date in the past can be a validator. */
  const date = async (seconds: number) => {
    const path = join(service.data(), 'originals', String(id), 'tone.wav');
    await utimes(path, seconds, seconds);
    return new Date(Math.floor(seconds) * 1000).toUTCString();
  };

  it('carry a strong ETag, the same for GET, HEAD, 206, 304 and the first-generation name', async () => {
    for (const path of [original(), result()]) {
      const etag = await tagOf(path);
      assert.match(etag, /^"[!#-~]+"$/);
      for (const [headers, status] of [
        [{}, 200],
        [{ Range: 'bytes=0-3' }, 206],
        [{ 'If-None-Match': etag }, 304],
      ] as const) {
        const answer = await ask(path, headers);
        await answer.arrayBuffer();
        assert.equal(answer.status, status);
        assert.equal(answer.headers.get('etag'), etag);
        assert.equal(answer.headers.get('cache-control'), 'private, no-store');
      }
    }
    assert.equal(await tagOf(`/api/download/${id}`), await tagOf(original()));
    assert.notEqual(await tagOf(original()), await tagOf(result()));
  });

  it('are resumed only where the file is the same: after a PUT the whole new file comes', async () => {
    const etag = await tagOf(result());
    const resume = () => ask(result(), { Range: 'bytes=100-', 'If-Range': etag });
    const same = await resume();
    assert.equal(same.status, 206);
    await same.arrayBuffer();
    const requestedOutput = { method: 'PUT', headers: { 'Content-Type': 'application/json' } };
    await ann.fetch(`/api/tasks/${id}`, { ...requestedOutput, body: '{"newFormat":"flac"}' });
    await ann.settled(id);
    const other = await resume();
    assert.equal(other.status, 200);
    assert.equal(Number(other.headers.get('content-length')), (await other.arrayBuffer()).byteLength);
    assert.notEqual(other.headers.get('etag'), etag);
    assert.equal(await statusOf(result(), { 'If-Match': etag }), 412);
    assert.equal(await statusOf(result(), { 'If-None-Match': etag }), 200);
    assert.equal(await statusOf(original(), { 'If-Match': await tagOf(original()) }), 200);
  });

  it('have another ETag once the file was replaced in its folder', async () => {
    const etag = await tagOf(original());
    await writeFile(join(service.data(), 'originals', String(id), 'tone.wav'), tone);
    assert.notEqual(await tagOf(original()), etag);
  });

  it('compare entity tags as RFC 9110 says', async () => {
    const etag = await tagOf(original());
    const cases: [string, string, number][] = [
      ['If-None-Match', etag, 304],
      ['If-None-Match', `W/${etag}`, 304],
      ['If-None-Match', `"a,b", ${etag}`, 304],
      ['If-None-Match', '*', 304],
      ['If-None-Match', '"other"', 200],
      ['If-None-Match', etag.slice(1, -1), 200],
      ['If-Match', etag, 200],
      ['If-Match', `"x", ${etag} ,"y"`, 200],
      ['If-Match', '*', 200],
      ['If-Match', `W/${etag}`, 412],
      ['If-Match', '"other"', 412],
      ['If-Match', '', 412],
    ];
    for (const [name, value, status] of cases) {
      for (const method of ['GET', 'HEAD']) {
        assert.equal(
          await statusOf(original(), { [name]: value }, method),
          status,
          `${method} ${name}: ${value}`,
        );
      }
    }
    const refused = await ask(original(), { 'If-Match': '"other"' });
    assert.equal(PROBLEM.parse(await refused.json()).code, 'precondition_failed');
  });

  it('evaluate dates, and evaluate conditions in the order of RFC 9110, 13.2.2', async () => {
    const etag = await tagOf(original());
    const modified = await date(1_700_000_000.5);
    const stale = etag;
    const fresh = await tagOf(original());
    assert.equal((await ask(original(), {}, 'HEAD')).headers.get('last-modified'), modified);
    const cases: [Record<string, string>, number][] = [
      [{ 'If-Modified-Since': modified }, 304],
      [{ 'If-Modified-Since': 'Tue Nov 14 22:13:20 2023' }, 304],
      [{ 'If-Modified-Since': 'Tuesday, 14-Nov-23 22:13:20 GMT' }, 304],
      [{ 'If-Modified-Since': 'Tue, 14 Nov 2023 22:13:19 GMT' }, 200],
      [{ 'If-Modified-Since': '2030-01-01' }, 200],
      [{ 'If-Unmodified-Since': modified }, 200],
      [{ 'If-Unmodified-Since': 'Tue, 14 Nov 2023 22:13:19 GMT' }, 412],
      [{ 'If-Unmodified-Since': 'soon' }, 200],
      [{ 'If-None-Match': stale, 'If-Modified-Since': LATER }, 200],
      [{ 'If-None-Match': fresh, 'If-Modified-Since': 'Tue, 14 Nov 2023 22:13:19 GMT' }, 304],
      [{ 'If-Match': fresh, 'If-Unmodified-Since': 'Tue, 14 Nov 2023 22:13:19 GMT' }, 200],
      [{ 'If-Match': stale, 'If-None-Match': fresh }, 412],
      [{ 'If-Match': fresh, 'If-None-Match': fresh, Range: 'bytes=0-0' }, 304],
      [{ 'If-Match': stale, Range: 'bytes=99999999-' }, 412],
      [{ 'If-Range': fresh, Range: 'bytes=0-0' }, 206],
      [{ 'If-Range': modified, Range: 'bytes=0-0' }, 206],
      [{ 'If-Range': `W/${fresh}`, Range: 'bytes=0-0' }, 200],
      [{ 'If-Range': LATER, Range: 'bytes=0-0' }, 200],
      [{ 'If-Range': EARLIER, Range: 'bytes=0-0' }, 200],
      [{ 'If-Range': 'nonsense', Range: 'bytes=0-0' }, 200],
      [{ 'If-Range': stale, Range: 'bytes=99999999-' }, 200],
      [{ 'If-Range': stale }, 200],
    ];
    for (const [headers, status] of cases) {
      assert.equal(await statusOf(original(), headers), status, JSON.stringify(headers));
    }
  });

  it('send no Last-Modified, and resume by none, in the second of the change', async () => {
    const modified = await date(Date.now() / 1000 + 3600);
    assert.equal((await ask(original(), {}, 'HEAD')).headers.get('last-modified'), null);
    assert.equal(await statusOf(original(), { 'If-Range': modified, Range: 'bytes=0-0' }), 200);
  });

  it('answer ranges of every shape', async () => {
    const size = tone.length;
    const whole = tone;
    const cases: [string, number, Buffer | undefined][] = [
      ['bytes=0-9', 206, whole.subarray(0, 10)],
      [`bytes=-${size}`, 206, whole],
      [`bytes=-${size + 1}`, 206, whole],
      ['bytes=-99999999999999999999999999', 206, whole],
      [`bytes=-${'9'.repeat(400)}`, 206, whole],
      [`bytes=5-${'9'.repeat(400)}`, 206, whole.subarray(5)],
      ['bytes=-0', 416, undefined],
      [`bytes=${size}-`, 416, undefined],
      [`bytes=${'9'.repeat(400)}-`, 416, undefined],
      [`bytes=-0,${size}-`, 416, undefined],
      ['bytes=0-4,5-9', 206, whole.subarray(0, 10)],
      [`bytes=3-4,${size}-`, 206, whole.subarray(3, 5)],
      ['bytes=0-1,9-12', 200, whole],
      ['bytes=9-5', 200, whole],
      ['bytes=', 200, whole],
      ['bytes=-', 200, whole],
      ['bytes=a-b', 200, whole],
      ['bytes=0x1-2', 200, whole],
      ['bytes=1.5-2', 200, whole],
      ['bytes', 200, whole],
      ['BYTES=0-1', 206, whole.subarray(0, 2)],
      ['pages=1-2', 200, whole],
      [`bytes=${'0-0,'.repeat(2000)}`, 206, whole.subarray(0, 1)],
    ];
    for (const [range, status, bytes] of cases) {
      const answer = await ask(original(), { Range: range });
      assert.equal(answer.status, status, range);
      const came = Buffer.from(await answer.arrayBuffer());
      if (bytes) assert.ok(came.equals(bytes), range);
      if (status === 416) assert.equal(answer.headers.get('content-range'), `bytes */${size}`, range);
      if (status === 206) assert.equal(answer.headers.get('content-length'), String(bytes?.length), range);
    }
  });

  it('take no range for HEAD, and send an empty file whole', async () => {
    for (const range of ['bytes=0-9', 'bytes=99999999-']) {
      const head = await ask(original(), { Range: range }, 'HEAD');
      assert.equal(head.status, 200);
      assert.equal(head.headers.get('content-length'), String(tone.length));
    }
    await writeFile(join(service.data(), 'originals', String(id), 'tone.wav'), '');
    for (const range of ['bytes=0-', 'bytes=-5', 'bytes=-0']) {
      const answer = await ask(original(), { Range: range });
      assert.equal(answer.status, 200, range);
      assert.equal((await answer.arrayBuffer()).byteLength, 0);
    }
  });

  it('leave no file open: after HEAD, 304, 412, 416 and clients that go away', async function () {
    if (process.platform !== 'linux') return this.skip();
    const open = () =>
      readdirSync('/proc/self/fd').filter((name) => {
        try {
          return readlinkSync(`/proc/self/fd/${name}`).startsWith(service.data());
        } catch {
          return false;
        }
      });
    await writeFile(join(service.data(), 'originals', String(id), 'tone.wav'), Buffer.alloc(64 << 20));
    const etag = await tagOf(original());
    const asked: [string, Record<string, string>][] = [
      ['HEAD', {}],
      ['GET', { 'If-None-Match': etag }],
      ['HEAD', { 'If-None-Match': etag }],
      ['GET', { 'If-Match': '"other"' }],
      ['GET', { Range: 'bytes=99999999-' }],
    ];
    const before = open();
    for (const path of [original(), `/api/download/${id}`]) {
      for (const [method, headers] of asked) {
        await Promise.all(Array.from({ length: 20 }, () => statusOf(path, headers, method)));
      }
    }
    for (let i = 0; i < 20; i++) {
      const headers = { Authorization: `Bearer ${ann.token}` };
      const request = get(`${service.url()}${original()}`, { headers });
      request.on('error', () => undefined);
      if (i % 2 === 0) {
        const [answer] = await once(request, 'response');
        answer.on('error', () => undefined);
      } else await once(request, 'finish');
      request.destroy();
    }
    await until(() => open().length === before.length);
  });
});
