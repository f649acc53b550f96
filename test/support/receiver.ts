import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

/** A message as it came. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server that receives the messages of webhooks. */
export interface Receiver {
  url(path?: string): string;
  received: Received[];
  /** Answers the next requests; after these, each is answered by 204. */
  answers: RequestListener[];
}

const MESSAGE = z.object({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});

/** One receiver on the loopback interface, for the `describe` that it is called in. */
export function testReceiver(): Receiver {
  const received: Received[] = [];
  const answers: RequestListener[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    // The hook of the functions, once a test has loaded it, replaces the type in the headers of each server of the process.
    const type = request.headersDistinct['content-type']?.[0];
    received.push({ path: request.url ?? '', headers: { ...request.headers, 'content-type': type }, body });
    const answer = answers.shift();
    if (answer) answer(request, response);
    else response.writeHead(204).end();
  });
  before((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    received.length = 0;
    answers.length = 0;
  });
  const url = (path = '/') => `http://127.0.0.1:${portOf(server.address())}${path}`;
  return { url, received, answers };
}

export function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the receiver does not listen');
  return address.port;
}

/** The message, once the verifier of the library accepts it under the secret. */
export function verified({ headers, body }: Received, secret: string): z.output<typeof MESSAGE> {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return MESSAGE.parse(new Webhook(secret).verify(body, Object.fromEntries(texts)));
}

/** Answers by a status, and some headers. */
export const answering =
  (status: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);
