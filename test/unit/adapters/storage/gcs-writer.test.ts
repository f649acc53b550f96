import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { Storage } from '@google-cloud/storage';
import { createBucketWriter } from '../../../../lib/adapters/storage/gcs-writer.ts';
import type { BucketWriter } from '../../../../lib/ports/transfers.ts';

describe('A result that is written into a bucket of somebody else', () => {
  let server: Server;
  let writer: BucketWriter;
  let allowed = 200;
  let written: unknown[] = [];

  before(async () => {
    server = createServer(async (request, response) => {
      const { method = '', url = '' } = request;
      const body = Buffer.concat(await request.toArray()).toString();
      if (method === 'POST') {
        written = [url.split('?')[0], request.headers['x-upload-content-type']];
        response.writeHead(allowed, { Location: `${endpoint}/session` }).end('{}');
      } else if (method === 'PUT') {
        written.push(body);
        response.end();
      } else response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    const endpoint = `http://127.0.0.1:${address.port}`;
    const client = new Storage({
      projectId: 'test',
      apiEndpoint: endpoint,
      retryOptions: { autoRetry: false },
    });
    writer = createBucketWriter(async () => client);
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const write = () =>
    writer.write('theirs', 'a/b c.flac', Readable.from([Buffer.from('content')]), 'audio/flac');

  it('has its name and its type', async () => {
    allowed = 200;
    await write();
    assert.match(String(written[0]), /\/b\/theirs\/o$/);
    assert.deepEqual(written.slice(1), ['audio/flac', 'content']);
  });

  it('fails for good where the service may not write, and for a while where Cloud Storage is away', async () => {
    allowed = 403;
    await assert.rejects(write(), { code: 'url_unreachable', message: /403.*gs:\/\/theirs/ });
    allowed = 503;
    await assert.rejects(write(), (error: Error) => !('code' in error && error.code === 'url_unreachable'));
  });
});
