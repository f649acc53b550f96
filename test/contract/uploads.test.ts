import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Storage } from '@google-cloud/storage';
import { createBucketStorage } from '../../lib/adapters/storage/gcs.ts';
import { createBucketUploads } from '../../lib/adapters/storage/gcs-uploads.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { STORAGE_EMULATORS } from '../support/emulators.ts';
import { describeUploads } from './uploads.ts';

const TASK: Task = {
  id: 7,
  userId: 1,
  batchId: null,
  name: 'Söng 🎵.wav',
  originalExt: 'wav',
  requestedOutput: { format: 'mp3', options: {} },
  state: 'AWAITING_UPLOAD',
  revision: 1,
  attempt: 0,
  declaredSize: null,
  uploadExpiresAt: new Date(),
  checksums: null,
  cover: null,
  source: null,
  destination: null,
  delivered: null,
  progress: 0,
  media: null,
  result: null,
  error: null,
  createdAt: new Date(),
  startedAt: null,
  finishedAt: null,
  expiresAt: null,
  isExpiring: false,
};

const sessionRequest = (task: Task, origin?: string) => ({
  task,
  key: `${task.id}/${task.name}`,
  contentType: 'audio/wav',
  origin,
  service: 'http://localhost',
});

for (const [name, testEmulator] of Object.entries(STORAGE_EMULATORS)) {
  describe(`A bucket of ${name}`, () => {
    const url = testEmulator();
    const newBucket = async () => {
      const client = new Storage({ projectId: 'test', apiEndpoint: url() });
      const [bucket] = await client.createBucket(`test-${randomUUID()}`);
      return bucket;
    };

    describeUploads('as a server of resumable uploads', {
      full: false,
      async open(declaredSize) {
        const bucket = await newBucket();
        const asked = sessionRequest({ ...TASK, declaredSize: declaredSize ?? null });
        const opened = await createBucketUploads(async () => bucket).open(asked);
        const storage = createBucketStorage(async () => bucket);
        const stored = async () => (await storage.stat(asked.key)) && buffer(await storage.read(asked.key));
        return { url: opened.url, headers: { 'Content-Type': 'audio/wav' }, stored };
      },
    });

    it('removes the version of a late original that is meant, and no other', async () => {
      const bucket = await newBucket();
      const uploads = createBucketUploads(async () => bucket);
      const file = bucket.file('7/a.wav');
      await file.save('first');
      const first = String((await file.getMetadata())[0].generation);
      await file.save('second');
      await uploads.discard('7/a.wav', first);
      assert.equal(String((await file.download())[0]), 'second');
      await uploads.discard('7/a.wav', String((await file.getMetadata())[0].generation));
      assert.equal((await file.exists())[0], false);
      await uploads.discard('7/a.wav', first);
    });
  });
}

describe('A session of a bucket', () => {
  let stop: () => void;
  let answer: RequestListener;
  let asked: { method: string | undefined; url: URL; headers: IncomingHttpHeaders }[] = [];
  let endpoint = '';
  beforeEach(async () => {
    asked = [];
    const server = createServer((request, response) => {
      const { method, url, headers } = request;
      asked.push({ method, url: new URL(url ?? '', 'http://localhost'), headers });
      request.resume();
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    endpoint = `http://127.0.0.1:${address.port}`;
    stop = () => server.close();
  });
  afterEach(() => stop());

  const uploads = () => {
    const client = new Storage({ projectId: 'test', apiEndpoint: endpoint });
    return createBucketUploads(async () => client.bucket('originals'));
  };

  it('is opened for one object that is not there yet, with size, type and the origin of the caller', async () => {
    answer = (_request, response) => response.writeHead(200, { Location: `${endpoint}/session` }).end('{}');
    const asking = sessionRequest({ ...TASK, declaredSize: 1234 }, 'https://console.example.org');
    const opened = await uploads().open(asking);
    assert.deepEqual(opened, { url: `${endpoint}/session`, session: `${endpoint}/session` });
    const [{ url, headers } = assert.fail()] = asked;
    assert.equal(url.searchParams.get('name'), '7/Söng 🎵.wav');
    assert.equal(url.searchParams.get('ifGenerationMatch'), '0');
    assert.equal(headers['x-upload-content-length'], '1234');
    assert.equal(headers['x-upload-content-type'], 'audio/wav');
    assert.equal(headers.origin, 'https://console.example.org');
  });

  for (const status of [499, 404, 410, 200]) {
    it(`counts as cancelled after ${status}`, async () => {
      answer = (_request, response) => response.writeHead(status).end();
      await uploads().cancel(`${endpoint}/session`);
      assert.deepEqual(
        asked.map(({ method, url }) => [method, url.pathname]),
        [['DELETE', '/session']],
      );
    });
  }

  for (const status of [429, 503]) {
    it(`is to be cancelled again after ${status}`, async () => {
      answer = (_request, response) => response.writeHead(status).end();
      await assert.rejects(uploads().cancel(`${endpoint}/session`), (error) => hasCode(error, 'unavailable'));
    });
  }
});
