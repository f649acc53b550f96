import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { createTokens } from '../../lib/accounts/tokens.ts';
import { signingKeys } from '../../lib/app/secrets.ts';
import { isErrno } from '../../lib/runtime/errors.ts';
import { createDigest } from '../../lib/uploads/checksums.ts';
import { describeUploads } from '../contract/uploads.ts';
import { PIECE, resumableUpload } from '../support/resumable.ts';
import { PROBLEM, post, TASK, testService, type User } from '../support/service.ts';

const SESSION = z.object({
  task: TASK,
  upload: z.object({
    url: z.string(),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()),
    expiresAt: z.iso.datetime(),
  }),
});

const CHECKED = z.object({
  checksums: z.object({ crc32c: z.string(), sha256: z.string() }),
});

const LIMIT = 12 * 1024 * 1024;

describe('The server of resumable uploads', () => {
  const service = testService({ MAX_UPLOAD_BYTES: String(LIMIT), PAUSED: 'true' });
  let ann: User;
  before(async () => {
    ann = await service.newUser();
  });

  const openSession = (body: object, user: User = ann) =>
    post(`${service.url()}/api/tasks`, { filename: 'song.wav', newFormat: 'mp3', ...body }, authorised(user));
  const opened = async (body: object = {}) => SESSION.parse(await (await openSession(body)).json());
  const stateOf = async (id: number) => (await ann.task(id)).state;
  const codeOf = async (answer: Response) => PROBLEM.parse(await answer.json()).code;

  describeUploads('by the protocol of Cloud Storage', {
    full: true,
    async open(size) {
      const { task, upload } = await opened({ size });
      const path = join(service.data(), 'originals', String(task.id), 'song.wav');
      return { ...upload, stored: () => readFile(path).catch(unlessMissing) };
    },
  });

  it('keeps a task waiting until its file is whole', async () => {
    const { task, upload } = await opened();
    assert.equal(task.state, 'AWAITING_UPLOAD');
    assert.equal(upload.headers['Content-Type'], 'audio/wav');
    assert.ok(Date.parse(upload.expiresAt) > Date.now() + 3_600_000);
    assert.equal(await codeOf(await ann.fetch(`/api/tasks/${task.id}/original`)), 'not_uploaded');
    await resumableUpload(upload.url).put(Buffer.from('RIFF'));
    assert.equal(await stateOf(task.id), 'UPLOADED');
    assert.equal(await (await ann.fetch(`/api/tasks/${task.id}/original`)).text(), 'RIFF');
  });

  it('refuses an upload session before anything is kept', async () => {
    const before = (await ann.tasks()).length;
    for (const [body, status, code] of [
      [{ size: LIMIT + 1 }, 413, 'too_large'],
      [{ size: 0 }, 400, 'invalid_request'],
      [{ size: 1.5 }, 400, 'invalid_request'],
      [{ size: '7' }, 400, 'invalid_request'],
      [{ filename: '..' }, 400, 'invalid_request'],
      [{ newFormat: 'exe' }, 422, 'unsupported_format'],
    ] as const) {
      const answer = await openSession(body);
      assert.deepEqual([answer.status, await codeOf(answer)], [status, code], JSON.stringify(body));
    }
    assert.equal((await ann.tasks()).length, before);
  });

  it('holds an upload to the limit, whether or not its size is declared', async () => {
    const { task, upload } = await opened();
    const client = resumableUpload(upload.url);
    const over = Buffer.alloc(LIMIT + PIECE);
    for (const refused of [
      await client.put(over),
      await client.put(over.subarray(0, PIECE), `bytes 0-${PIECE - 1}/${LIMIT + 1}`),
      await client.put(over, `bytes 0-${over.length - 1}/*`),
      await client.put(over, 'bytes 0-*/*'),
    ]) {
      assert.deepEqual([refused.status, refused.code], [413, 'too_large']);
    }
    assert.equal((await client.finish(over.subarray(0, LIMIT))).status, 200);
    assert.equal(await stateOf(task.id), 'UPLOADED');
  });

  it('stores a file step by step while it is sent, and goes on after a break where it broke off', async () => {
    const { task, upload } = await opened();
    const client = resumableUpload(upload.url);
    const file = randomBytes(LIMIT - 5);
    await client.breakOff(file, 0, LIMIT / 2);
    let { received } = await client.ask();
    while (received === 0) ({ received } = await client.ask());
    assert.ok(received <= LIMIT / 2);
    assert.equal((await client.finish(file, 5 * PIECE)).status, 200);
    const stored = await readFile(join(service.data(), 'originals', String(task.id), 'song.wav'));
    assert.ok(stored.equals(file));
  });

  it('takes the token of a task for that task only', async () => {
    const [one, other] = [await opened(), await opened()];
    const urlOf = (id: number, token: string) => `${service.url()}/api/uploads/${id}?token=${token}`;
    const foreign = new URL(other.upload.url).searchParams.get('token') ?? '';
    for (const token of ['', 'x', foreign, ann.token]) {
      const client = resumableUpload(urlOf(one.task.id, token));
      assert.deepEqual(await client.put(Buffer.from('RIFF')), {
        status: 401,
        received: 0,
        code: 'unauthenticated',
      });
      assert.equal((await client.ask()).status, 401);
      assert.equal(await client.cancel(), 401);
    }
    const asUser = { headers: { Authorization: `Bearer ${foreign}` } };
    assert.equal((await fetch(`${service.url()}/api/tasks`, asUser)).status, 401);
    assert.equal(await stateOf(one.task.id), 'AWAITING_UPLOAD');
  });

  it('takes nothing after the token has expired', async () => {
    const { task } = await opened();
    const tokens = await createTokens(await signingKeys(service.data()), { now: () => new Date() });
    const token = await tokens.signUpload(task.id, new Date(Date.now() - 1000));
    const answer = await resumableUpload(`${service.url()}/api/uploads/${task.id}?token=${token}`).ask();
    assert.deepEqual([answer.status, answer.code], [410, 'upload_gone']);
  });

  it('takes nothing after the task is removed, and leaves nothing behind', async () => {
    const { task, upload } = await opened();
    const client = resumableUpload(upload.url);
    await client.put(Buffer.alloc(PIECE), `bytes 0-${PIECE - 1}/*`);
    assert.ok((await service.files()).includes(`${task.id}.upload`));
    await ann.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' });
    assert.ok(!(await service.files()).includes(`${task.id}.upload`));
    assert.equal((await client.put(Buffer.alloc(10), `bytes ${PIECE}-${PIECE + 9}/*`)).status, 410);
  });

  const FILE = randomBytes(PIECE + 7);
  const hash = (name: string, bytes: Uint8Array = FILE) => createHash(name).update(bytes).digest('base64');
  const put = async (url: string, headers: Record<string, string>, body: Uint8Array = FILE) => {
    const answer = await fetch(url, { method: 'PUT', headers, body: Uint8Array.from(body) });
    const { code } = z.object({ code: z.string().optional() }).parse(await answer.json());
    return [answer.status, code];
  };

  it('checks every hash that is sent, of the file or of a body, and takes the file again after a mismatch', async () => {
    const { crc32c, md5, sha256 } = await createDigestOf(FILE);
    const sha512 = hash('sha512');
    const bare = (text = '') => text.replace(/=+$/, '');
    for (const [header, right, wrong] of [
      ['x-goog-hash', `crc32c=${crc32c}`, 'crc32c=AAAAAA=='],
      [
        'x-goog-hash',
        `crc32c=${crc32c}, md5=${md5}`,
        `crc32c=${crc32c},md5=${hash('md5', FILE.subarray(1))}`,
      ],
      ['X-Goog-Hash', `md5=${bare(md5)},sha3=abc=`, `md5=${bare(hash('md5', FILE.subarray(1)))}`],
      ['Digest', `SHA-256=${sha256},unixsum=30637`, `sha-256=${hash('sha256', FILE.subarray(1))}`],
      [
        'Repr-Digest',
        `sha-256=:${sha256}:, sha-512=:${sha512}:`,
        `sha-512=:${hash('sha512', FILE.subarray(1))}:`,
      ],
      [
        'Content-Digest',
        `sha-512=:${sha512}:;q=1, blake=:AAAA:`,
        `sha-256=:${hash('sha256', FILE.subarray(1))}:`,
      ],
      ['Content-MD5', `${md5}`, hash('md5', FILE.subarray(1))],
    ] as const) {
      const { task, upload } = await opened();
      assert.deepEqual(await put(upload.url, { [header]: wrong }), [400, 'checksum_mismatch'], wrong);
      assert.deepEqual((await resumableUpload(upload.url).ask()).received, 0);
      assert.deepEqual(await put(upload.url, { [header]: right }), [200, undefined], right);
      const { checksums } = CHECKED.parse(await (await ann.fetch(`/api/tasks/${task.id}`)).json());
      const hex = createHash('sha256').update(FILE).digest('hex');
      assert.deepEqual(checksums, { crc32c, sha256: hex });
    }
  });

  it('refuses a malformed hash', async () => {
    const { upload } = await opened();
    for (const [header, value] of [
      ['x-goog-hash', 'crc32c=AAAA'],
      ['x-goog-hash', 'crc32c'],
      ['x-goog-hash', 'md5=%%%'],
      ['x-goog-hash', `md5=${hash('md5')},md5=${hash('md5', FILE.subarray(1))}`],
      ['Content-MD5', 'abc'],
      ['Content-MD5', `${hash('md5')}, ${hash('md5')}`],
      ['Digest', 'sha-256=:AAAA:'],
      ['Repr-Digest', `sha-256=${hash('sha256')}`],
      ['Content-Digest', 'sha-256=:AAAA:'],
      ['Content-Digest', '::'],
    ] as const) {
      assert.deepEqual(
        await put(upload.url, { [header]: value }),
        [400, 'invalid_request'],
        `${header}: ${value}`,
      );
    }
    assert.equal((await resumableUpload(upload.url).put(FILE)).status, 200);
  });

  it('answers the hashes that clients of Cloud Storage look for', async () => {
    const { upload } = await opened();
    const answer = await fetch(upload.url, { method: 'PUT', body: Uint8Array.from(FILE) });
    const { crc32c, md5 } = await createDigestOf(FILE);
    const body = z.object({ crc32c: z.string(), md5Hash: z.string() }).parse(await answer.json());
    assert.deepEqual(body, { crc32c, md5Hash: md5 });
  });

  it('shows the hashes of a file that came in a form as well', async () => {
    const { id } = await ann.create({ name: 'a.wav', bytes: FILE }, 'mp3');
    const { checksums } = CHECKED.parse(await (await ann.fetch(`/api/tasks/${id}`)).json());
    const { crc32c } = await createDigestOf(FILE);
    assert.deepEqual(checksums, { crc32c, sha256: createHash('sha256').update(FILE).digest('hex') });
  });

  it('answers 410 while the client still sends, when the task is removed', async () => {
    const { task, upload } = await opened();
    const sending = request(upload.url, { method: 'PUT', headers: { 'Content-Length': '1000000' } });
    sending.on('error', () => undefined);
    const answered = once(sending, 'response');
    const sent = Promise.withResolvers<void>();
    sending.write(FILE, () => sent.resolve());
    await sent.promise;
    await ann.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' });
    const [answer] = await answered;
    assert.ok(answer instanceof IncomingMessage);
    assert.equal(answer.statusCode, 410);
    sending.destroy();
  });

  it('leaves the task EXPIRED when the upload is cancelled', async () => {
    const { task, upload } = await opened();
    assert.equal(await resumableUpload(upload.url).cancel(), 499);
    assert.equal(await stateOf(task.id), 'EXPIRED');
  });
});

function authorised({ token }: User): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

function unlessMissing(error: unknown): undefined {
  if (!isErrno(error, 'ENOENT')) throw error;
}

async function createDigestOf(bytes: Uint8Array) {
  const digest = await createDigest();
  digest.update(bytes);
  return digest.hashes();
}
