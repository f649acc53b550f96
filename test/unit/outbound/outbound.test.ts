import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createOutbound, type OutboundAnswer, type OutboundOptions } from '../../../lib/outbound/outbound.ts';
import { undefinedFor } from '../../../lib/runtime/errors.ts';
import { newFolder } from '../../support/folders.ts';

const run = promisify(execFile);

const SHORT = { connectMs: 300, idleMs: 300, totalMs: 5000 };

/** Sends to the loopback, which only these options allow. */
const outbound = (options: OutboundOptions = {}) =>
  createOutbound({ http: true, allowedAddresses: ['127.0.0.1'], ...options });

const named =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: 4 }));

async function text(answer: OutboundAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('A request to another server', () => {
  const servers: NetServer[] = [];

  async function listening(server: NetServer, host = '127.0.0.1', port = 0): Promise<number> {
    servers.push(server);
    server.listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
  const serve = (listener: RequestListener): Promise<number> => listening(createHttpServer(listener));

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      if ('closeAllConnections' in server) (server as Server).closeAllConnections();
      server.close();
    }
  });

  it('brings status, headers and body, and asks for no compression', async () => {
    const seen: unknown[] = [];
    const port = await serve((incoming, outgoing) => {
      seen.push(incoming.method, incoming.url, incoming.headers['accept-encoding'], incoming.headers.host);
      outgoing.writeHead(201, { 'X-Answer': 'yes' }).end('content');
    });
    const sent = await outbound({ resolver: named('127.0.0.1') }).send({
      url: `http://audio.example:${port}/a%20b?c=d`,
      method: 'GET',
      maxAnswerBytes: 100,
    });
    assert.deepEqual([sent.status, sent.headers['x-answer'], await text(sent)], [201, 'yes', 'content']);
    assert.deepEqual(seen, ['GET', '/a%20b?c=d', 'identity', `audio.example:${port}`]);
  });

  it('sends a body, and gives the beginning of a long answer', async () => {
    const port = await serve(async (incoming, outgoing) => {
      const { length } = Buffer.concat(await incoming.toArray());
      outgoing.end(`${length} ${'x'.repeat(1_000_000)}`);
    });
    const url = `http://127.0.0.1:${port}/`;
    const of = async (body: string | Readable) => {
      const headers = { 'Content-Length': '5' };
      const answer = await outbound().send({ url, method: 'PUT', headers, body, maxAnswerBytes: 10 });
      return (await answer.first(3)).toString();
    };
    assert.equal(await of('12345'), '5 x');
    assert.equal(await of(Readable.from([Buffer.from('123'), Buffer.from('45')])), '5 x');
  });

  it('is refused where a name has a private address, even one of several', async () => {
    for (const addresses of [['10.0.0.1'], ['8.8.8.8', '169.254.169.254'], ['127.0.0.1', '127.0.0.2']]) {
      const sent = outbound({ resolver: named(...addresses) }).send({
        url: 'http://audio.example/',
        method: 'GET',
        maxAnswerBytes: 10,
      });
      await assert.rejects(sent, (error: Error) => {
        assert.ok(!addresses.some((address) => error.message.includes(address)));
        return 'reason' in error && error.reason === 'private_address';
      });
    }
  });

  it('connects to the address that was checked, though the name has another one a moment later', async () => {
    const reached: string[] = [];
    const port = await serve((_incoming, outgoing) => {
      reached.push('checked');
      outgoing.end();
    });
    await listening(
      createHttpServer((_incoming, outgoing) => {
        reached.push('other');
        outgoing.end();
      }),
      '127.0.0.2',
      port,
    );
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const resolver = (name: string) => named(...(answers.shift() ?? [name]))();
    const changing = outbound({ resolver });
    const request = { url: `http://audio.example:${port}/`, method: 'GET', maxAnswerBytes: 10 } as const;
    (await changing.send(request)).discard();
    assert.deepEqual(reached, ['checked']);
    await assert.rejects(changing.send(request), { reason: 'private_address' });
    assert.deepEqual(reached, ['checked']);
  });

  it('follows redirects as far as asked, and checks each', async () => {
    const port = await serve((incoming, outgoing) => {
      const to = new URL(incoming.url ?? '', 'http://127.0.0.1').searchParams.get('to');
      if (to === null) outgoing.end(JSON.stringify(incoming.headers.authorization ?? null));
      else outgoing.writeHead(302, { Location: to }).end();
    });
    const base = `http://127.0.0.1:${port}/`;
    const via = (to: string, redirects = 3) =>
      outbound({ resolver: named('127.0.0.1') }).send({
        url: `${base}?to=${encodeURIComponent(to)}`,
        method: 'GET',
        headers: { Authorization: 'Bearer 1' },
        redirects,
        maxAnswerBytes: 100,
      });
    const same = await via('/file.wav');
    assert.deepEqual([same.url.pathname, await text(same)], ['/file.wav', '"Bearer 1"']);
    assert.equal(await text(await via(`http://audio.example:${port}/`)), 'null');
    const unfollowed = await via('/file.wav', 0);
    unfollowed.discard();
    assert.equal(unfollowed.status, 302);
    const refused: ReadonlyArray<[string, string]> = [
      ['http://169.254.169.254/latest/meta-data', 'private_address'],
      ['http://127.0.0.2/', 'private_address'],
      ['http://0x7f000002/', 'private_address'],
      ['http://ann:secret@127.0.0.1/', 'credentials'],
      ['file:///etc/passwd', 'scheme'],
      ['data:audio/wav,x', 'scheme'],
      ['http://127.0.0.1:22/', 'port'],
      ['http://[', 'malformed'],
    ];
    for (const [to, reason] of refused) await assert.rejects(via(to), { reason, code: 'url_refused' });
    const endless = await serve((_incoming, outgoing) => outgoing.writeHead(301, { Location: '/' }).end());
    await assert.rejects(via(`http://127.0.0.1:${endless}/`), { reason: 'redirects' });
  });

  it('ends a body that is too large, declared or not', async () => {
    const port = await serve((incoming, outgoing) => {
      if (incoming.url === '/declared') outgoing.writeHead(200, { 'Content-Length': 1e12 }).write('x');
      else Readable.from(endless()).pipe(outgoing);
    });
    for (const path of ['declared', 'endless']) {
      const url = `http://127.0.0.1:${port}/${path}`;
      const answer = await outbound().send({ url, method: 'GET', maxAnswerBytes: 100_000 });
      await assert.rejects(text(answer), { code: 'url_too_large', reason: 'too_large' });
    }
  });

  it('gives compressed bytes as they came, so that nothing grows', async () => {
    const zipped = gzipSync(Buffer.alloc(10_000_000));
    const port = await serve((_incoming, outgoing) =>
      outgoing.writeHead(200, { 'Content-Encoding': 'gzip' }).end(zipped),
    );
    const url = `http://127.0.0.1:${port}/`;
    const answer = await outbound().send({ url, method: 'GET', maxAnswerBytes: zipped.length });
    assert.equal((await text(answer)).length, zipped.toString().length);
  });

  it('ends when the server is silent, drips, or takes too long altogether', async () => {
    const silent = await listening(createNetServer(() => {}));
    const dripping = await serve((_incoming, outgoing) => {
      const timer = setInterval(() => outgoing.write('x'), 20);
      outgoing.once('close', () => clearInterval(timer));
    });
    const get = async (port: number, timeouts: object) => {
      const request = { method: 'GET', maxAnswerBytes: 1e6, timeouts: { ...SHORT, ...timeouts } } as const;
      return text(await outbound().send({ url: `http://127.0.0.1:${port}/`, ...request }));
    };
    await assert.rejects(get(silent, {}), { reason: 'idle_timeout', transient: true });
    await assert.rejects(get(dripping, { idleBytes: 1000 }), { reason: 'idle_timeout' });
    await assert.rejects(get(dripping, { totalMs: 200 }), { reason: 'total_timeout' });
    const handshake = createOutbound({ allowedAddresses: ['127.0.0.1'], timeouts: { connectMs: 200 } });
    const request = { url: `https://127.0.0.1:${silent}/`, method: 'GET', maxAnswerBytes: 1 } as const;
    await assert.rejects(handshake.send(request), { reason: 'connect_timeout' });
    const unanswered = outbound({ timeouts: SHORT, resolver: () => new Promise(() => {}) });
    await assert.rejects(unanswered.send({ ...request, url: 'http://a.example/' }), {
      reason: 'connect_timeout',
    });
  });

  it('tells why there is no answer', async () => {
    const raw = (answer: string) =>
      listening(createNetServer((socket) => socket.once('data', () => socket.end(answer))));
    const get = async (port: number, scheme = 'http') => {
      const url = `${scheme}://127.0.0.1:${port}/`;
      return text(await outbound().send({ url, method: 'GET', maxAnswerBytes: 100 }));
    };
    await assert.rejects(get(await raw('SSH-2.0-OpenSSH_9.2\r\n')), { reason: 'invalid_answer' });
    await assert.rejects(get(await raw('<html>HTTP/0.9</html>')), { reason: 'invalid_answer' });
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    await assert.rejects(get(await raw(switching)), { reason: 'invalid_answer', transient: false });
    await assert.rejects(get(await raw('')), { reason: 'broken_off', transient: true });
    const cut = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf';
    await assert.rejects(get(await raw(cut)), { reason: 'broken_off', transient: true });
    const long = `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
    await assert.rejects(get(await raw(long)), { reason: 'invalid_answer' });
    await assert.rejects(get(await raw('HTTP/1.1 200 OK\r\n\r\n'), 'https'), { code: 'url_unreachable' });
    const unused = await raw('');
    for (const server of servers.splice(0)) server.close();
    await assert.rejects(get(unused), { reason: 'connection', transient: true });
    const failing = (code: string) =>
      outbound({ resolver: () => Promise.reject(Object.assign(new Error(), { code })) });
    const request = { url: 'http://audio.example/', method: 'GET', maxAnswerBytes: 1 } as const;
    await assert.rejects(failing('ENOTFOUND').send(request), { reason: 'name_unknown', transient: false });
    await assert.rejects(failing('EAI_AGAIN').send(request), { reason: 'name_unresolved', transient: true });
  });

  it('trusts no certificate that nobody signed', async function () {
    const folder = await newFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ])
      .then(() => ({ key: readFileSync(key), cert: readFileSync(cert) }))
      .catch(undefinedFor('ENOENT'));
    await rm(folder, { recursive: true });
    if (!made) this.skip();
    let requests = 0;
    const port = await listening(
      createHttpsServer(made, (_incoming, outgoing) => {
        requests += 1;
        outgoing.end();
      }),
    );
    const sent = outbound().send({ url: `https://127.0.0.1:${port}/`, method: 'GET', maxAnswerBytes: 1 });
    await assert.rejects(sent, { code: 'url_unreachable', reason: 'certificate', transient: false });
    assert.equal(requests, 0);
  });

  it('ends by the signal of its caller, with the reason of that', async () => {
    const port = await serve((_incoming, outgoing) => void outgoing.write('x'));
    const control = new AbortController();
    const answer = await outbound().send({
      url: `http://127.0.0.1:${port}/`,
      method: 'GET',
      maxAnswerBytes: 100,
      signal: control.signal,
    });
    const read = text(answer);
    control.abort(new Error('no longer wanted'));
    await assert.rejects(read, { message: 'no longer wanted' });
  });

  it('sends no stream to a server that refuses it by its headers', async () => {
    const port = await listening(
      createHttpServer().on('checkContinue', (_incoming, outgoing) => outgoing.writeHead(403).end('expired')),
    );
    let read = 0;
    const body = new Readable({ read: () => void read++ });
    const answer = await outbound().send({
      url: `http://127.0.0.1:${port}/`,
      method: 'PUT',
      headers: { 'Content-Length': '1000000000' },
      body,
      maxAnswerBytes: 100,
    });
    assert.deepEqual([answer.status, (await answer.first(100)).toString(), read], [403, 'expired', 0]);
  });
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(10_000);
}
