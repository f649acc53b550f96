import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { type App, createApp } from '../../lib/app/app.ts';
import { createSite } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { listen } from '../../lib/http/guarded-server.ts';
import type { ReceivedRequest } from '../../lib/http/received-request.ts';
import { createHttpServer } from '../../lib/http/server.ts';
import { createSlowClients } from '../../lib/http/slow-clients.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { newFolder } from '../support/folders.ts';
import { PIECE, resumableUpload } from '../support/resumable.ts';
import { filesUnder, newUser, post, type User } from '../support/service.ts';

const SESSION = z.object({ upload: z.object({ url: z.string() }) });
const BYTES = Buffer.alloc(4 * PIECE, 'x');

describe('An upload that comes too slowly', function () {
  this.timeout(60_000);
  const slowClients = createSlowClients();
  let folder: string;
  let app: App;
  let server: Server;
  let url: string;
  let ann: User;

  before(async () => {
    folder = await newFolder();
    const env = { PATH: process.env.PATH, TONEMILL_DATA: folder, PAUSED: 'true' };
    app = createApp(loadConfig(env), silentLog, 'test');
    server = createHttpServer(await createSite(app), silentLog, slowClients);
    url = await listen(server, 0);
    ann = await newUser(url, 0);
  });
  after(async () => {
    server?.close();
    server?.closeAllConnections();
    await app?.close();
    await removeCluster(join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends the beginning of a request, and lets time pass once it came; answers what the server says. */
  const stall = async (method: string, path: string, headers: string[], beginning: Buffer) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write([`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
    const [incoming] = (await once(server, 'request')) as [ReceivedRequest];
    socket.write(beginning);
    while (incoming.received < beginning.length) await new Promise(setImmediate);
    while (incoming.readableLength > 0) await new Promise(setImmediate);
    for (let second = 0; second < 60; second++) slowClients.check();
    return text(socket);
  };

  it('is answered 408 where it is resumable, keeps what came, and can go on', async () => {
    const wanted = { filename: 'song.wav', newFormat: 'mp3', size: BYTES.length };
    const answer = await post(`${url}/api/tasks`, wanted, { Authorization: `Bearer ${ann.token}` });
    const { upload } = SESSION.parse(await answer.json());
    const { pathname, search } = new URL(upload.url);
    const length = `Content-Length: ${BYTES.length}`;
    const said = await stall('PUT', pathname + search, [length], BYTES.subarray(0, 2 * PIECE + 100));
    assert.match(said, /^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    const resumed = resumableUpload(upload.url);
    assert.ok((await resumed.ask()).received >= 2 * PIECE);
    assert.equal((await resumed.finish(BYTES)).status, 200);
  });

  it('is answered 408 where it is a form, and leaves neither task nor file', async () => {
    const before = [
      (await ann.tasks()).length,
      (await filesUnder(folder)).filter((name) => name === 'upload'),
    ];
    const type = 'Content-Type: multipart/form-data; boundary=b';
    const head = [`Authorization: Bearer ${ann.token}`, type, 'Content-Length: 1000000'];
    const part = '--b\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n';
    const said = await stall(
      'POST',
      '/api/tasks',
      head,
      Buffer.concat([Buffer.from(part), BYTES.subarray(0, PIECE)]),
    );
    assert.match(said, /^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    const files = (await filesUnder(folder)).filter((name) => name === 'upload');
    assert.deepEqual([(await ann.tasks()).length, files], before);
  });

  it('is answered 408 where it is only to be probed', async () => {
    const type = 'Content-Type: multipart/form-data; boundary=b';
    const head = [`Authorization: Bearer ${ann.token}`, type, 'Content-Length: 1000000'];
    const said = await stall('POST', '/api/probe', head, Buffer.from('--b\r\n'));
    assert.match(said, /^HTTP\/1\.1 408 /);
  });
});
