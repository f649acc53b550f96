import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { parse } from 'content-disposition';
import { z } from 'zod';
import { ACCESS } from '../support/access.ts';
import { TEXTS } from '../support/hostile-values.ts';
import { sendRaw } from '../support/raw.ts';
import { post, TASK, testService, type User } from '../support/service.ts';

/** Bodies whose end two servers could see in two places, after the line of the request and Host. */
const SMUGGLING: readonly [what: string, rest: string][] = [
  ['both lengths', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'Content-Length: 0\r\nContent-Length: 36\r\n\r\n'],
  ['a length with a sign', 'Content-Length: +0\r\n\r\n'],
  ['a length in hexadecimal digits', 'Content-Length: 0x0\r\n\r\n'],
  ['an encoding that is not the last', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['an unknown encoding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['a control character before the encoding', 'Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n'],
  ['a size of a chunk that is no number', 'Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n'],
  ['a chunk that is longer than it says', 'Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n'],
  ['lines that end without a carriage return', 'Content-Length: 0\n\n'],
];

/** Names of files that would add a header or a parameter, if they were written as they are. */
const INJECTING = [
  'a.wav\r\nX-Injected: yes',
  'a.wav\nSet-Cookie: a=b',
  'a"; filename="b.exe',
  "a.wav; filename*=UTF-8''b.exe",
  '%0d%0aX-Injected: yes.wav',
  'a\\".wav',
  '\u560d\u560aX-Injected: yes.wav',
];

/** Headers of an answer with a file. */
const EXPECTED = [
  /^(?:content-|cross-origin-|x-(?:content-type-options|frame-options)$|accept-ranges$|cache-control$|connection$|date$)/,
  /^(?:etag|last-modified|referrer-policy|strict-transport-security|permissions-policy|vary|keep-alive|repr-digest)$/,
];

const CREATED = z.object({ task: TASK });
const OPENED = CREATED.extend({ upload: z.object({ url: z.url() }) });

/** Fields that no request may set, each with a value that is seen if it did. */
const FORBIDDEN = {
  id: 2_147_483_647,
  userId: 2_147_483_647,
  state: 'PROCESSED',
  isAdmin: 'forbidden',
  role: 'forbidden',
};
const SET = /2147483647|PROCESSED|forbidden/;

describe('The shape of a request', function () {
  this.timeout(60_000);
  const service = testService();
  let user: User;
  before(async () => {
    user = await service.newUser();
  });
  const withJson = Object.entries(ACCESS).flatMap(([operation, { json }]) => {
    const [method = '', path = ''] = operation.split(' ');
    return json ? [{ operation, method, json, path: path.replaceAll(/\{\w+\}/g, '1') }] : [];
  });

  for (const [what, rest] of SMUGGLING) {
    it(`never hides a second request behind ${what}`, async () => {
      const socket = connect(Number(new URL(service.url()).port), '127.0.0.1');
      const second = 'GET /.well-known/jwks.json HTTP/1.1\r\nHost: a\r\n\r\n';
      socket.on('error', () => undefined);
      socket.write(`POST /api/auth/login HTTP/1.1\r\nHost: a\r\n${rest}${second}`);
      let answered = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        answered += text;
      });
      await once(socket, 'close');
      assert.match(String(answered.match(/^HTTP\/1\.1 \d+/gm)), /^HTTP\/1\.1 4(?:00|15)$/);
      assert.ok(!answered.includes('"keys"'));
    });
  }

  it('bounds JSON that declares no length, on every route', async () => {
    assert.ok(withJson.length > 10);
    // Administration answers 404 to others, before it reads what they send.
    for (const { operation, method, path } of withJson.filter(
      ({ path }) => !path.startsWith('/api/admin/'),
    )) {
      const authorization = { Authorization: `Bearer ${user.token}` };
      const type = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
      const headers = { ...authorization, ...type };
      const sent = request(`${service.url()}${path}`, { method: method.toUpperCase(), headers });
      sent.on('error', () => undefined);
      sent.write(`{"name":"${'x'.repeat(2 ** 20)}`);
      sent.end(`${'x'.repeat(2 ** 22)}"}`);
      const [answer] = await once(sent, 'response');
      assert.equal(answer.statusCode, 413, operation);
      answer.destroy();
    }
  });

  it('bounds originals and covers that declare no length', async () => {
    const opened = await user.fetch('/api/tasks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ filename: 'a.wav', newFormat: 'mp3', size: 10 }),
    });
    const { task, upload } = OPENED.parse(await opened.json());
    const cover = `${service.url()}/api/tasks/${task.id}/cover`;
    for (const [url, type, status] of [
      [upload.url, 'audio/wav', 400],
      [cover, 'image/png', 413],
    ] as const) {
      const headers = { Authorization: `Bearer ${user.token}`, 'Content-Type': type };
      const sent = request(url, { method: 'PUT', headers });
      sent.on('error', () => undefined);
      for (let mebibytes = 0; mebibytes < 24; mebibytes++) sent.write(Buffer.alloc(2 ** 20));
      sent.end();
      const [answer] = await once(sent, 'response');
      assert.equal(answer.statusCode, status, url);
      answer.destroy();
    }
    assert.equal((await user.task(task.id)).state, 'AWAITING_UPLOAD');
  });

  it('adds no header to an answer by the name of a file', async () => {
    const authorization = `Authorization: Bearer ${user.token}`;
    for (const name of [...TEXTS, ...INJECTING]) {
      const made = await user.upload({
        audio: { name: 'a.wav', bytes: Buffer.from('x') },
        newFormat: 'mp3',
        filename: name,
      });
      const body: unknown = await made.json();
      if (!made.ok) continue;
      const { task } = CREATED.parse(body);
      const target = `/api/tasks/${task.id}/original`;
      const { status, headers } = await sendRaw(service.url(), { target, headers: [authorization] });
      assert.equal(status, 200);
      assert.deepEqual(
        [...headers.keys()].filter((key) => EXPECTED.every((one) => !one.test(key))),
        [],
        name,
      );
      assert.equal(parse(headers.get('content-disposition') ?? '').parameters.filename, task.name);
    }
  });

  it('sets no field that is not the caller’s to set', async () => {
    const task = { filename: 'a.wav', newFormat: 'mp3' };
    const creation = { operation: 'post /api/tasks', method: 'post', path: '/api/tasks', json: task };
    for (const { operation, method, json, path } of [...withJson, creation]) {
      for (const [name, value] of Object.entries(FORBIDDEN)) {
        if (operation === 'delete /api/account' || name in json) continue;
        const body = JSON.stringify({ ...json, [name]: value });
        const headers = { 'Content-Type': 'application/json' };
        const answer = await user.fetch(path, { method: method.toUpperCase(), headers, body });
        const text = await answer.text();
        if (answer.status === 200) assert.doesNotMatch(text, SET, `${operation} with ${name}`);
        else assert.ok(answer.status < 500, `${operation} with ${name}: ${text}`);
      }
    }
    const person = { user: 'chosen', email: 'chosen@example.org', ...passwords('correct horse') };
    const answer = await post(`${service.url()}/api/auth/signup`, { ...FORBIDDEN, ...person });
    assert.equal(answer.status, 200);
    assert.doesNotMatch(await answer.text(), SET);
  });
});

function passwords(password: string) {
  return { password1: password, password2: password };
}
