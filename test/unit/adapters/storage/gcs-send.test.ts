import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Storage } from '@google-cloud/storage';
import { createBucketStorage } from '../../../../lib/adapters/storage/gcs.ts';
import { hasCode } from '../../../../lib/runtime/errors.ts';

const SESSION = '/session?upload_id=secret';

describe('A stream to a bucket', () => {
  let server: Server;
  let asked: string[] = [];
  /** Answers the PUT to the session. */
  let take: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** What is said to stand there. */
  let metadata: object | undefined;
  let storage: ReturnType<typeof createBucketStorage>;

  beforeEach(async () => {
    asked = [];
    metadata = undefined;
    server = createServer((request, response) => {
      const { method = '', url = '' } = request;
      asked.push(`${method} ${url.split('?')[0]}`);
      if (method !== 'PUT') request.resume();
      if (method === 'PUT') take(request, response);
      else if (method === 'GET') response.writeHead(metadata ? 200 : 404).end(JSON.stringify(metadata ?? {}));
      else if (method === 'POST') response.writeHead(200, { Location: `${endpoint}${SESSION}` }).end('{}');
      else response.writeHead(url === SESSION ? 499 : 204).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    const endpoint = `http://127.0.0.1:${address.port}`;
    const client = new Storage({ projectId: 'test', apiEndpoint: endpoint });
    storage = createBucketStorage(async () => client.bucket('b'));
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const cutShort = (bytes: number, after: Promise<unknown>) =>
    Readable.from(
      (async function* () {
        yield Buffer.alloc(bytes);
        await after;
        throw new Error('cut off');
      })(),
    );

  it('ends its request and its session when it breaks, and says why', async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<boolean>();
    take = (request) => {
      request.once('data', () => begun.resolve()).on('error', () => undefined);
      request.resume().once('close', () => ended.resolve(request.complete));
    };
    await assert.rejects(storage.put('1/a', cutShort(500_000, begun.promise)), /^Error: cut off$/);
    assert.equal(await ended.promise, false);
    assert.equal(asked.at(-1), 'DELETE /session');
  });

  it('is ended when the storage takes no more of it, without its session in the error', async () => {
    take = (request, response) => {
      request.resume();
      response.writeHead(503).end();
    };
    const source = Readable.from([Buffer.from('abc')]);
    const error: unknown = await storage.put('1/a', source).catch((reason: unknown) => reason);
    assert.ok(hasCode(error, 'unavailable'));
    assert.doesNotMatch(String(error.stack) + JSON.stringify(error), /secret/);
    assert.equal(source.destroyed, true);
    assert.equal(asked.at(-1), 'DELETE /session');
  });

  it('is not kept when it arrives damaged', async () => {
    take = async (request, response) => {
      for await (const _ of request);
      metadata = { size: '3', crc32c: 'AAAAAA==', generation: '7' };
      response.writeHead(200).end('{}');
    };
    const put = storage.put('1/a', Readable.from([Buffer.from('abc')]));
    await assert.rejects(put, (error) => hasCode(error, 'unavailable'));
    assert.equal(asked.at(-1), 'DELETE /storage/v1/b/b/o/1%2Fa');
  });
});
