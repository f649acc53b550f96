import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';

const TICKET = z.strictObject({ url: z.url(), expiresAt: z.iso.datetime() });

describe('POST /api/tickets', function () {
  this.timeout(60_000);
  const service = testService();
  let bytes: Buffer;

  before(async () => {
    const path = join(service.data(), 'in.wav');
    await makeTone(path, 1);
    bytes = await readFile(path);
  });

  const converted = async (user: User) => (await user.convert({ name: 'in.wav', bytes }, 'flac')).id;
  const ask = (user: User, path: string) =>
    user.fetch('/api/tickets', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path }),
    });
  const ticketFor = async (user: User, path: string) => {
    const answer = await ask(user, path);
    assert.equal(answer.status, 200, await answer.clone().text());
    return TICKET.parse(await answer.json());
  };
  const refusal = async (url: string) => {
    const answer = await fetch(url);
    return [answer.status, PROBLEM.parse(await answer.json()).code];
  };

  it('gives an address of an original, a result or a ZIP file that works without a token', async () => {
    const user = await service.newUser();
    const id = await converted(user);
    const { url, expiresAt } = await ticketFor(user, `/api/tasks/${id}/original`);
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 900_000) < 10_000);
    assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), bytes);
    const part = await fetch(url, { headers: { Range: 'bytes=8-11' } });
    assert.deepEqual([part.status, await part.text()], [206, 'WAVE']);
    assert.equal((await fetch(url, { method: 'HEAD' })).headers.get('content-length'), String(bytes.length));
    const result = await fetch((await ticketFor(user, `/api/tasks/${id}/result`)).url);
    assert.equal((await result.text()).slice(0, 4), 'fLaC');
    const zip = await fetch((await ticketFor(user, `/api/tasks/results.zip?ids=${id}`)).url);
    assert.deepEqual([zip.status, zip.headers.get('content-type')], [200, 'application/zip']);
  });

  it('opens only the file that it names, and only as its user', async () => {
    const [user, other] = [await service.newUser(), await service.newUser()];
    const [id, second, foreign] = [await converted(user), await converted(user), await converted(other)];
    const { url } = await ticketFor(user, `/api/tasks/${id}/result`);
    for (const path of [`/api/tasks/${second}/result`, `/api/tasks/${id}/original`]) {
      const changed = url.replace(`/api/tasks/${id}/result`, path);
      assert.deepEqual(await refusal(changed), [401, 'unauthenticated'], path);
    }
    for (const path of [`/api/tasks/${id}`, `/api/tasks/${id}/waveform`, '/api/account']) {
      const changed = url.replace(`/api/tasks/${id}/result`, path);
      assert.equal((await fetch(changed)).status, 401, path);
      assert.equal((await fetch(changed, { method: 'DELETE' })).status, 401, path);
    }
    const zip = await ticketFor(user, `/api/tasks/results.zip?ids=${id}`);
    assert.deepEqual(await refusal(zip.url.replace(`ids=${id}`, `ids=${id},${second}`)), [
      401,
      'unauthenticated',
    ]);
    const others = await ticketFor(user, `/api/tasks/${foreign}/result`);
    assert.deepEqual(await refusal(others.url), [404, 'not_found']);
    assert.deepEqual(await refusal(`${url}x`), [401, 'unauthenticated']);
  });

  it('ends with the sessions of its user', async () => {
    const user = await service.newUser();
    const id = await converted(user);
    const { url } = await ticketFor(user, `/api/tasks/${id}/result`);
    const change = { password: 'correct horse', newPassword: 'battery staple' };
    const headers = { 'content-type': 'application/json' };
    await user.fetch('/api/account', { method: 'PATCH', headers, body: JSON.stringify(change) });
    assert.deepEqual(await refusal(url), [401, 'unauthenticated']);
  });

  it('is no access token, and refuses other paths and clients without a token', async () => {
    const user = await service.newUser();
    const { url } = await ticketFor(user, '/api/tasks/1/result');
    const ticket = new URL(url).searchParams.get('ticket') ?? '';
    const headers = { Authorization: `Bearer ${ticket}` };
    assert.equal((await fetch(`${service.url()}/api/tasks`, { headers })).status, 401);
    for (const path of [
      '/api/account',
      '/api/tasks/1',
      'https://elsewhere.example/',
      '/api/tasks/1/result?x=1',
    ])
      assert.equal((await ask(user, path)).status, 400, path);
    assert.equal((await fetch(`${service.url()}/api/tickets`, { method: 'POST' })).status, 401);
  });
});
