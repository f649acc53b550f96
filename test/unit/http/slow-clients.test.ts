import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listen } from '../../../lib/http/guarded-server.ts';
import type { ReceivedRequest } from '../../../lib/http/received-request.ts';
import { createHttp, jsonBody, type Router } from '../../../lib/http/router.ts';
import { createHttpServer } from '../../../lib/http/server.ts';
import { createSlowClients, type SlowClients } from '../../../lib/http/slow-clients.ts';
import { silentLog } from '../../../lib/runtime/log.ts';

const KB = Buffer.alloc(1024, 'x');
const LIMITS = {
  body: { bytes: 4 * KB.length, seconds: 30 },
  answer: { bytes: 1024, seconds: 40 },
  jsonSeconds: 30,
  framingBytes: 64 * KB.length,
  unread: { bytes: 256 * KB.length, seconds: 2 },
};

describe('A client', () => {
  let slowClients: SlowClients;
  let http: Router;
  let server: Server;
  let port: number;
  let begun: Promise<[ReceivedRequest, ServerResponse]>;

  beforeEach(async () => {
    slowClients = createSlowClients(LIMITS);
    http = createHttp(silentLog);
    http.put('/read', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
    http.on('POST', ['/json'], ...jsonBody(), async (c) => c.json(await c.req.json()));
    server = createHttpServer(http, silentLog, slowClients);
    port = Number(new URL(await listen(server, 0)).port);
    begun = once(server, 'request') as Promise<[ReceivedRequest, ServerResponse]>;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  /** Seconds pass, as far as throughput is measured. */
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) slowClients.check();
  };
  const send = async (...lines: string[]) => {
    const client = new Client(connect(port, '127.0.0.1'));
    client.socket.write([...lines, 'Host: localhost', '', ''].join('\r\n'));
    const [incoming, outgoing] = await begun;
    return { client, incoming, outgoing };
  };

  it('that sends a body too slowly is answered 408, and its connection is closed', async () => {
    const { client } = await send('PUT /read HTTP/1.1', 'Content-Length: 1000000');
    client.socket.write('x');
    pass(30);
    const answer = await client.toEnd();
    assert.match(answer, /^HTTP\/1\.1 408 Request Timeout/);
    assert.match(answer, /connection: close/i);
    assert.match(answer, /"code":"request_timeout".*4096 bytes of the body came within 30 seconds/);
  });

  it('that sends enough of a body in each window may take as long as it likes', async () => {
    const { client, incoming } = await send('PUT /read HTTP/1.1', 'Content-Length: 40960');
    for (let sent = 4; sent <= 40; sent += 4) {
      pass(29);
      client.socket.write(Buffer.concat([KB, KB, KB, KB]));
      await until(() => incoming.received === sent * KB.length);
      pass(1);
    }
    assert.match(await client.until('40960'), /^HTTP\/1\.1 200 OK/);
  });

  it('is not blamed for a body that the handler does not read', async () => {
    const read = Promise.withResolvers<void>();
    http.put('/later', async (c) => {
      await read.promise;
      return c.text(String((await c.req.arrayBuffer()).byteLength));
    });
    const { client, incoming } = await send('PUT /later HTTP/1.1', 'Content-Length: 1024000');
    for (let n = 0; n < 1000; n++) client.socket.write(KB);
    await until(() => incoming.readableLength >= incoming.readableHighWaterMark);
    pass(1000);
    read.resolve();
    assert.match(await client.until('1024000'), /^HTTP\/1\.1 200 OK/);
  });

  it('that sends JSON has 30 seconds in all', async () => {
    const { client, incoming } = await send(
      'POST /json HTTP/1.1',
      'Content-Type: application/json',
      'Content-Length: 50000',
    );
    for (let sent = 5; sent <= 25; sent += 5) {
      client.socket.write(Buffer.concat([KB, KB, KB, KB, KB]));
      await until(() => incoming.received === sent * KB.length);
      pass(6);
    }
    assert.match(await client.toEnd(), /^HTTP\/1\.1 408 .*The JSON body did not come within 30 seconds/s);
  });

  it('that sends more framing than content is answered 413', async () => {
    const { client, incoming } = await send('PUT /read HTTP/1.1', 'Transfer-Encoding: chunked');
    const before = incoming.socket.bytesRead;
    client.socket.write('0'.repeat(100 * KB.length));
    await until(() => incoming.socket.bytesRead >= before + 100 * KB.length - 1024);
    pass(1);
    assert.match(await client.toEnd(), /^HTTP\/1\.1 413 .*more framing than content/s);
  });

  it('that reads an answer too slowly loses its connection, and the answer is cancelled', async () => {
    const cancelled = Promise.withResolvers<void>();
    const body = endless(() => cancelled.resolve());
    http.get('/endless', (c) => c.body(body));
    const { client, outgoing } = await send('GET /endless HTTP/1.1');
    client.socket.pause();
    await until(() => outgoing.writableLength > 0);
    while (!outgoing.destroyed) {
      pass(LIMITS.answer.seconds);
      await new Promise(setImmediate);
    }
    await cancelled.promise;
  });

  it('that reads enough of an answer in each window may take as long as it likes', async () => {
    http.get('/endless', (c) => c.body(endless(() => undefined)));
    const { client, outgoing } = await send('GET /endless HTTP/1.1');
    for (let window = 1; window < 10; window++) {
      client.socket.resume();
      await until(() => client.received > window * 8 * 1024 * KB.length);
      client.socket.pause();
      pass(LIMITS.answer.seconds);
      assert.ok(!outgoing.destroyed);
    }
  });

  it('is not blamed for an answer of which nothing is there to be sent', async () => {
    const answer = Promise.withResolvers<void>();
    http.get('/later', async (c) => {
      await answer.promise;
      return c.text('done');
    });
    const { client } = await send('GET /later HTTP/1.1');
    pass(1000);
    answer.resolve();
    assert.match(await client.until('done'), /^HTTP\/1\.1 200 OK/);
  });

  for (const method of ['POST', 'GET', 'DELETE', 'HEAD']) {
    it(`that sends a body with ${method} that is not read gets its answer, and is cut after a bound`, async () => {
      const { client, incoming } = await send(`${method} /nothing HTTP/1.1`, 'Content-Length: 100000000');
      await client.until('\r\n\r\n');
      const more = () => {
        while (!client.socket.destroyed && client.socket.write(KB));
        client.socket.once('drain', more);
      };
      more();
      assert.match(await client.toEnd(), /^HTTP\/1\.1 404 /);
      const { bytesRead } = incoming.socket;
      assert.ok(bytesRead <= LIMITS.unread.bytes + 512 * KB.length, String(bytesRead));
    });

    it(`that stalls in a body with ${method} that is not read is cut after two seconds`, async () => {
      const { client } = await send(`${method} /nothing HTTP/1.1`, 'Content-Length: 1000');
      await client.until('\r\n\r\n');
      pass(3);
      assert.match(await client.toEnd(), /^HTTP\/1\.1 404 /);
    });
  }

  it('that sends a small body that is not read keeps its connection', async () => {
    const { client } = await send('POST /nothing HTTP/1.1', 'Content-Length: 1024');
    await client.until('\r\n\r\n');
    client.socket.write(KB);
    client.socket.write('PUT /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabcd');
    assert.match(await client.until('200 OK'), /^HTTP\/1\.1 404 .*HTTP\/1\.1 200 OK/s);
  });

  it('that awaits 100 Continue gets a final answer instead where its request is refused', async () => {
    const head = ['Content-Length: 100000', 'Expect: 100-continue'];
    const { client } = await send('POST /json HTTP/1.1', 'Content-Type: application/json', ...head);
    const answer = await client.toEnd();
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /connection: close/i);
  });

  it('that awaits 100 Continue is told to go on when its body is read', async () => {
    const { client } = await send('PUT /read HTTP/1.1', 'Content-Length: 1024', 'Expect: 100-continue');
    await client.until('100 Continue\r\n\r\n');
    client.socket.write(KB);
    const answer = await client.until('1024');
    assert.match(answer, /200 OK/);
    assert.doesNotMatch(answer, /connection: close/i);
  });

  it('has a bounded time for the headers of a request', () => {
    assert.ok(server.headersTimeout > 0 && server.headersTimeout <= 30_000);
  });

  it('that sends one header after another, without end, is answered 408 and cut, and others are served', async () => {
    const strict = createHttpServer(http, silentLog, slowClients, { limit: 500, check: 25 });
    const strictPort = Number(new URL(await listen(strict, 0)).port);
    for (const beginning of ['GET /read HTTP/1.1\r\nHost: localhost\r\n', 'POST /json HTTP/1.1\r\n']) {
      const client = new Client(connect(strictPort, '127.0.0.1'));
      client.socket.write(beginning);
      let sent = 0;
      const sending = setInterval(() => client.socket.write(`X-${sent++}: a\r\n`), 20);
      const answer = await client.toEnd();
      clearInterval(sending);
      assert.ok(sent > 3);
      assert.match(answer, /^HTTP\/1\.1 408 Request Timeout/);
      assert.match(answer, /connection: close/i);
      assert.match(answer, /"code":"request_timeout"/);
      assert.equal((await fetch(`http://127.0.0.1:${strictPort}/nothing`)).status, 404);
    }
    strict.close();
    strict.closeAllConnections();
  });
});

/** The client's side of one connection. */
class Client {
  readonly socket: Socket;
  received = 0;
  #head = '';
  readonly #closed = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed.resolve());
    socket.on('data', (chunk) => {
      this.received += chunk.length;
      if (this.#head.length < 10_000) this.#head += chunk.toString('latin1');
    });
  }

  /** What came, once `text` is in it. */
  async until(text: string): Promise<string> {
    await until(() => this.#head.includes(text));
    return this.#head;
  }

  /** What came until the server closed the connection. */
  async toEnd(): Promise<string> {
    await this.#closed.promise;
    return this.#head;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

function endless(cancel: () => void): ReadableStream<Uint8Array> {
  const chunk = Buffer.alloc(64 * 1024);
  return new ReadableStream({ pull: (controller) => controller.enqueue(Uint8Array.from(chunk)), cancel });
}
