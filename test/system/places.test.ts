import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { PROBLEM, post, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const SESSION = z.object({ upload: z.object({ url: z.url() }) });

/** The beginning of a form whose file never ends. */
const FORM = '--b\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\nx';

/** Requests that send a file, by the places that they share. */
const ROUTES = {
  uploads: ['/api/tasks', '/api/convert?format=mp3', 'a piece'],
  files: ['/api/probe', '/api/probe?loudness=true', '/api/plan', '/api/verify'],
} as const;

describe('A process that receives as many files as it can', function () {
  this.timeout(60_000);
  // One user has half of them.
  const service = testService({}, undefined, { places: { uploads: 4, files: 4 } });
  const open: Socket[] = [];
  let ann: User;
  let bob: User;
  before(async () => {
    [ann, bob] = [await service.newUser(), await service.newUser()];
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });

  /** Where and how a user sends the file of a route. */
  async function request(user: User, route: string): Promise<{ line: string; headers: string[] }> {
    const authorization = `Authorization: Bearer ${user.token}`;
    if (route !== 'a piece') {
      const type = 'Content-Type: multipart/form-data; boundary=b';
      return { line: `POST ${route}`, headers: [authorization, type] };
    }
    const requested = { filename: 'a.wav', newFormat: 'mp3' };
    const bearer = { Authorization: `Bearer ${user.token}` };
    const answer = await post(`${service.url()}/api/tasks`, requested, bearer);
    const { pathname, search } = new URL(SESSION.parse(await answer.json()).upload.url);
    return { line: `PUT ${pathname}${search}`, headers: [] };
  }

  /** Begins to send a file. @returns what the service has answered so far */
  async function begin(user: User, route: string): Promise<{ socket: Socket; answer: () => string }> {
    const { line, headers } = await request(user, route);
    const socket = connect(Number(new URL(service.url()).port), '127.0.0.1').setEncoding('latin1');
    open.push(socket);
    let answered = '';
    socket
      .on('error', () => undefined)
      .on('data', (text: string) => {
        answered += text;
      });
    await once(socket, 'connect');
    const lines = [`${line} HTTP/1.1`, 'Host: localhost', 'Expect: 100-continue', 'Content-Length: 1000000'];
    socket.write([...lines, ...headers, '', ''].join('\r\n'));
    await until(() => /HTTP\/1\.1 \d+/.test(answered));
    if (answered.startsWith('HTTP/1.1 100')) socket.write(FORM);
    return { socket, answer: () => answered };
  }

  const isTaken = (answer: string) => assert.match(answer, /^HTTP\/1\.1 100 /);
  /** The client was refused before it sent a file. */
  const isRefused = (answer: string) => {
    assert.match(answer, /^HTTP\/1\.1 503 /);
    assert.match(answer, /^retry-after: [1-9]/im);
    assert.equal(PROBLEM.parse(JSON.parse(answer.slice(answer.indexOf('{')))).code, 'unavailable');
  };

  for (const [kind, routes] of Object.entries(ROUTES))
    it(`refuses further ${kind} of one user, then of all, with a time to come again`, async () => {
      for (const user of [ann, bob]) {
        const [first = '', second = first] = routes;
        for (const route of [first, second]) isTaken((await begin(user, route)).answer());
        for (const route of routes) isRefused((await begin(user, route)).answer());
      }
      const carl = await service.newUser();
      for (const route of routes) isRefused((await begin(carl, route)).answer());
      assert.equal((await carl.fetch('/api/tasks')).status, 200);
      for (const socket of open.splice(0)) socket.destroy();
      await until(async () => (await begin(carl, routes[0])).answer().startsWith('HTTP/1.1 100'));
    });
});
