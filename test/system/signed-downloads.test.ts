import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { testCloud } from '../support/cloud.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('Downloads in the cloud', function () {
  this.timeout(60_000);
  const cloud = testCloud();
  const folder = temporaryFolder();

  it('lead to a signed URL that is valid for 15 minutes and carries the Unicode name', async () => {
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    const ann = await cloud.newUser();
    const bytes = await readFile(path);
    const task = await ann.create({ name: 'Töne 🎵.wav', bytes }, 'mp3');

    const manual = { redirect: 'manual' } as const;
    assert.equal((await ann.fetch(`/api/tasks/${task.id}/result`, manual)).status, 409);
    assert.equal(await cloud.push({ taskId: task.id, revision: 1 }), 204);

    for (const [which, name, type] of [
      ['original', 'T%C3%B6ne%20%F0%9F%8E%B5.wav', 'audio/wav'],
      ['result', 'T%C3%B6ne%20%F0%9F%8E%B5.mp3', 'audio/mpeg'],
    ]) {
      const redirected = await ann.fetch(`/api/tasks/${task.id}/${which}`, manual);
      assert.equal(redirected.status, 302);
      assert.equal(redirected.headers.get('cache-control'), 'private, no-store');
      const link = new URL(redirected.headers.get('location') ?? '');
      assert.match(link.searchParams.get('X-Goog-Signature') ?? '', /^[0-9a-f]{512}$/);
      assert.ok(Number(link.searchParams.get('X-Goog-Expires')) <= 900);
      const disposition = link.searchParams.get('response-content-disposition') ?? '';
      assert.ok(disposition.startsWith('attachment') && disposition.includes(`filename*=UTF-8''${name}`));
      assert.equal(link.searchParams.get('response-content-type'), type);
      const file = await fetch(link);
      assert.equal(file.status, 200);
      assert.ok((await file.arrayBuffer()).byteLength > 1000);

      for (const [method, headers] of [
        ['HEAD', {}],
        ['GET', { 'If-None-Match': '*' }],
        ['GET', { 'If-Match': '"other"', Range: 'bytes=99999999-' }],
      ] as const) {
        const path = `/api/tasks/${task.id}/${which}`;
        assert.equal((await ann.fetch(path, { ...manual, method, headers })).status, 302);
      }

      const told = await ann.fetch(`/api/tasks/${task.id}/${which}?redirect=false`, manual);
      assert.equal(told.status, 200);
      const { url } = z.object({ url: z.url() }).parse(await told.json());
      assert.equal(new URL(url).pathname, link.pathname);
    }

    assert.equal((await ann.fetch(`/api/tasks/${task.id}/result?redirect=maybe`, manual)).status, 400);
    assert.ok(!cloud.lines().some((line) => line.includes('X-Goog-Signature')));
  });
});
