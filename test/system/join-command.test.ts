import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeSound } from '../support/audio.ts';
import { tonemill } from '../support/command-line.ts';
import { testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testService } from '../support/service.ts';

describe('tonemill join', function () {
  this.timeout(180_000);
  const service = testService();
  const folder = temporaryFolder();

  beforeEach(async () => {
    await mkdir(join(folder(), 'Book'));
    for (const part of [1, 2])
      await makeSound(
        join(folder(), 'Book', `${part}.mp3`),
        'anoisesrc=sample_rate=44100:amplitude=0.2:seed=7:duration=1',
        ...['-metadata', `title=Part ${part}`, '-metadata', 'artist=Ann'],
      );
  });

  async function looked(name: string) {
    const { media } = await (await testEngine()).probe(join(folder(), name), new AbortController().signal);
    return {
      chapters: media.chapters.map(({ title }) => title),
      tags: [media.tags.title, media.tags.artist],
      seconds: Math.round((media.duration ?? 0) * 1000) / 1000,
    };
  }

  const BOOK = { chapters: ['Part 1', 'Part 2'], tags: [['Book'], ['Ann']], seconds: 2 };

  it('makes a book of a folder on this machine', async () => {
    const run = (args: readonly string[]) => tonemill(['join', ...args], { cwd: folder() });
    const { code, stdout, stderr } = await run(['Book', '--to', 'm4b', '--local']);
    assert.deepEqual([code, stdout], [0, 'Book.m4b: 2 tracks\n'], stderr);
    assert.deepEqual(await looked('Book.m4b'), BOOK);
    const again = await run(['Book', '--to', 'm4b', '--local']);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /--force replaces it/);
    for (const args of [['Book'], ['Book', '--to', 'xyz'], ['Book/1.mp3', '--to', 'mp3', '--out', 'Book']])
      assert.equal((await run([...args, '--local'])).code, 2);
    const named = await run(['Book', '--to', 'm4b', '--local', '--out', 'Out', '--name', '../AC/DC']);
    assert.deepEqual([named.code, named.stdout], [0, 'Out/.._AC_DC.m4b: 2 tracks\n'], named.stderr);
    assert.equal((await run(['Book', '--to', 'm4b', '--local', '--name', ' '])).code, 2);
    const missing = await run(['Book', 'none.mp3', '--to', 'm4b', '--local', '--force']);
    assert.deepEqual([missing.code, /none\.mp3/.test(missing.stderr)], [1, true]);
  });

  it('makes it by a service, and leaves only the task of the join there', async () => {
    const user = await service.newUser();
    const answer = await user.fetch('/api/auth/keys', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'test', scopes: ['tasks:read', 'tasks:write'] }),
    });
    const { key } = z.object({ key: z.string() }).parse(await answer.json());
    const env = { TONEMILL_URL: service.url(), TONEMILL_KEY: key };
    const { code, stderr } = await tonemill(['join', 'Book', '--to', 'm4b'], { cwd: folder(), env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(await looked('Book.m4b'), BOOK);
    assert.ok((await stat(join(folder(), 'Book.m4b'))).size > 0);
    const tasks = z
      .array(z.object({ name: z.string() }))
      .parse(await (await user.fetch('/api/tasks')).json());
    assert.deepEqual(tasks, [{ name: 'Book.join' }]);
  });
});
