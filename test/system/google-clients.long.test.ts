import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Storage } from '@google-cloud/storage';
import { z } from 'zod';
import { createBucketStorage } from '../../lib/adapters/storage/gcs.ts';
import { type ClientUpload, installGoogleClients, sendByClients } from '../google-clients/install.ts';
import { testEmulators } from '../support/emulators.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PIECE, resumableUpload } from '../support/resumable.ts';
import { post, testService, type User } from '../support/service.ts';

const run = promisify(execFile);

const FILE = randomBytes(5 * PIECE + 4321);
const SESSION = z.object({ task: z.object({ id: z.int() }), upload: z.object({ url: z.string() }) });

/** Which request breaks, and after how many bytes of it. */
const BREAKS = [1, 2].flatMap((put) =>
  [0, 1, 100_000, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE - 1].map((bytes) => [put, bytes] as const),
);

/** A server of resumable uploads. */
interface Target {
  openSession(size?: number): Promise<{ url: string; stored(): Promise<Buffer> }>;
  /** Path of the file that is sent. */
  path(): string;
}

describe('The server of resumable uploads', function () {
  this.timeout(120_000);
  const service = testService({ PAUSED: 'true' });
  let ann: User;
  let path: string;
  before(async () => {
    ann = await service.newUser();
    await mkdir(join(service.data(), 'files'));
    path = join(service.data(), 'files', 'a.wav');
    await writeFile(path, FILE);
  });

  describeClients({
    path: () => path,
    async openSession(size) {
      const body = { filename: 'a.wav', newFormat: 'mp3', ...(size && { size }) };
      const answer = await post(`${service.url()}/api/tasks`, body, { Authorization: `Bearer ${ann.token}` });
      const { task, upload } = SESSION.parse(await answer.json());
      const stored = () => readFile(join(service.data(), 'originals', String(task.id), 'a.wav'));
      return { url: upload.url, stored };
    },
  });
});

describe('fake-gcs-server', function () {
  this.timeout(120_000);
  const emulators = testEmulators();
  const folder = temporaryFolder();
  beforeEach(() => writeFile(join(folder(), 'a.wav'), FILE));

  describeClients({
    path: () => join(folder(), 'a.wav'),
    async openSession(size) {
      const client = new Storage({ projectId: 'test', apiEndpoint: emulators().storage });
      const [bucket] = await client.createBucket(`test-${randomUUID()}`);
      const file = bucket.file('a.wav');
      const metadata = { contentType: 'audio/wav', ...(size && { contentLength: size }) };
      const [url] = await file.createResumableUpload({ metadata });
      return { url, stored: async () => buffer(await createBucketStorage(async () => bucket).read('a.wav')) };
    },
  });
});

function describeClients({ openSession, path }: Target): void {
  describe('lets the Python client', () => {
    let python = '';
    before(async function () {
      this.timeout(300_000);
      const installed = await installGoogleClients();
      if (installed) python = installed;
      else {
        console.warn('      Without python3 to install them, what needs Google’s clients is left out.');
        this.skip();
      }
    });

    /** Sends the file once for each break, and looks what has come. */
    const sendAll = async (how: Omit<ClientUpload, 'url' | 'path' | 'breaks'>) => {
      const breaks = how.recover ? BREAKS : BREAKS.filter((_, index) => index % 6 === 3);
      const cases = [[], ...breaks.map((each) => [each]), BREAKS.slice(3, 5)];
      const targets = await Promise.all(cases.map(() => openSession(how.sized ? FILE.length : undefined)));
      const uploads = cases.map((breaks, index) => ({
        ...how,
        path: path(),
        breaks,
        url: targets[index]?.url ?? '',
      }));
      const ends = await sendByClients(python, uploads);
      for (const [index, target] of targets.entries()) {
        assert.equal(ends[index], 'finished', JSON.stringify(cases[index]));
        assert.ok((await target.stored()).equals(FILE), JSON.stringify(cases[index]));
      }
    };

    for (const client of ['google-resumable-media', 'google-cloud-storage'] as const) {
      for (const recover of [true, false]) {
        for (const sized of [true, false]) {
          const after = recover ? 'recover()' : 'its own retry';
          it(`${client} go on by ${after} after every kind of break, with ${sized ? 'a' : 'no'} known size`, async () => {
            await sendAll({ client, recover, sized, chunk: 2 * PIECE, checksum: 'crc32c' });
          });
        }
      }
      it(`${client} find the MD5 that it looks for`, async () => {
        await sendAll({ client, recover: true, sized: true, chunk: PIECE, checksum: 'md5' });
      });
    }

    it('BlobWriter go on after every kind of break', async () => {
      await sendAll({
        client: 'BlobWriter',
        recover: false,
        sized: false,
        chunk: 2 * PIECE,
        checksum: 'crc32c',
      });
    });
  });

  describe('lets the Node.js client', () => {
    /** The client opens no session of its own, but is given one. */
    const send = async (uri: string, options: object, offset?: number) => {
      const client = new Storage({ projectId: 'test', apiEndpoint: new URL(uri).origin });
      const stream = client
        .bucket('originals')
        .file('a.wav')
        .createWriteStream({ uri, ...options });
      stream.end(FILE.subarray(offset ?? 0));
      await once(stream, 'finish');
    };

    for (const chunkSize of [undefined, PIECE, 2 * PIECE]) {
      it(`createWriteStream send a file in pieces of ${chunkSize ?? 'any number of'} bytes`, async () => {
        for (const size of [undefined, FILE.length]) {
          const target = await openSession(size);
          await send(target.url, { ...(chunkSize && { chunkSize }), resumable: true });
          assert.ok((await target.stored()).equals(FILE));
        }
      });
    }

    it('createWriteStream go on with a session that broke off', async () => {
      for (const sent of [PIECE - 1, PIECE, 3 * PIECE + 5]) {
        const target = await openSession(FILE.length);
        await resumableUpload(target.url).breakOff(FILE, 0, sent);
        await send(target.url, { chunkSize: PIECE, resumable: true, isPartialUpload: false });
        assert.ok((await target.stored()).equals(FILE));
      }
    });
  });

  it('lets curl -C go on from each position that was received', async () => {
    for (const start of [0, 1000, PIECE, 2 * PIECE]) {
      const target = await openSession();
      const first = FILE.subarray(0, 2 * PIECE);
      await resumableUpload(target.url).put(first, `bytes 0-${2 * PIECE - 1}/*`);
      const args = [
        '--silent',
        '--show-error',
        '--fail-with-body',
        '-T',
        path(),
        '-C',
        String(start),
        target.url,
      ];
      await run('curl', args);
      assert.ok((await target.stored()).equals(FILE));
    }
  });
}
