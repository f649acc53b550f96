import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '../../../lib/client/client.ts';
import { temporaryFolder } from '../../support/folders.ts';

const MIB = 1024 * 1024;
const SIZE = 256 * MIB;

/** Sends one file in a process of its own, which prints by how many bytes its memory grew at most. */
const PROGRAM = `
const [, baseUrl, path, method] = process.argv;
const { createClient } = await import(${JSON.stringify(new URL('../../../lib/client/index.ts', import.meta.url))});
const { fileAt } = await import(${JSON.stringify(new URL('../../../lib/client/node.ts', import.meta.url))});
const client = createClient({ baseUrl, apiKey: 'key', retries: { attempts: 1 } });
const file = await fileAt(path);
const before = process.memoryUsage.rss();
let most = before;
// The kernel's own maximum begins with that of the process which forked.
const look = setInterval(() => { most = Math.max(most, process.memoryUsage.rss()); }, 5);
await (method === 'probe' ? client.probe(file) : client.setCover(1, file));
clearInterval(look);
console.log(most - before);
`;

describe('Files that the client sends in one request', () => {
  const folder = temporaryFolder();

  it('are sent whole again after a lost answer', async () => {
    const bodies: string[] = [];
    const client = createClient({
      baseUrl: 'http://service',
      apiKey: 'key',
      retries: { firstDelay: 1 },
      fetch: async (request) => {
        const isForm = request.headers.get('Content-Type')?.startsWith('multipart/form-data');
        const file = isForm ? (await request.formData()).get('audio') : await request.blob();
        assert.ok(file instanceof Blob);
        assert.equal(request.headers.get('Authorization'), 'Bearer key');
        bodies.push(await file.text());
        if (bodies.length % 2 === 1) throw new TypeError('the connection is lost');
        return Response.json({});
      },
    });
    await client.probe(new Blob(['sound']));
    await client.setCover(1, new Blob(['picture']));
    assert.deepEqual(bodies, ['sound', 'sound', 'picture', 'picture']);
  });

  it('are not kept in memory', async () => {
    const sizes: number[] = [];
    const server = createServer((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      request.on('end', () => {
        sizes.push(size);
        response.setHeader('Content-Type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = server.address();
    assert.ok(address instanceof Object);
    const path = join(folder(), 'large.wav');
    await writeFile(path, '');
    await truncate(path, SIZE);
    try {
      for (const method of ['probe', 'cover']) {
        const how = [
          '--input-type=module',
          '--eval',
          PROGRAM,
          `http://127.0.0.1:${address.port}`,
          path,
          method,
        ];
        const { stdout } = await promisify(execFile)(process.execPath, how);
        assert.ok(Number(stdout) < SIZE / 2, `${method}: ${Math.round(Number(stdout) / MIB)} MiB`);
      }
    } finally {
      server.close();
    }
    assert.ok(sizes.length === 2 && sizes.every((size) => size >= SIZE), `${sizes}`);
  });
});
