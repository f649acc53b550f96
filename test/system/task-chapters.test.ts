import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';

const CHAPTERS = [
  { start: 0, end: 1, title: 'One "1"', url: 'https://a.example/' },
  { start: 1, end: 2, title: 'Two' },
];

describe('GET /api/tasks/{id}/chapters', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  async function converted(user: User): Promise<number> {
    const path = join(folder(), 'in.flac');
    await makeTone(path, 2, '-metadata', 'CHAPTER001=00:00:00.500', '-metadata', 'CHAPTER001NAME=Own');
    const { id } = await user.convert({ name: 'in.flac', bytes: await readFile(path) }, 'mp3');
    const change = { newFormat: 'mp3', options: { chapters: CHAPTERS } };
    const headers = { 'content-type': 'application/json' };
    await user.fetch(`/api/tasks/${id}`, { method: 'PUT', headers, body: JSON.stringify(change) });
    const task = await user.settled(id);
    assert.equal(task.state, 'PROCESSED');
    return task.id;
  }

  it('gives a list, a document for podcasts or a CUE sheet, by format or by Accept', async () => {
    const user = await service.newUser();
    const id = await converted(user);
    const ask = async (query: string, accept?: string) => {
      const answer = await user.fetch(`/api/tasks/${id}/chapters${query}`, {
        headers: accept ? { accept } : {},
      });
      assert.equal(answer.status, 200);
      return { type: answer.headers.get('content-type'), text: await answer.text() };
    };
    const list = await ask('?of=result');
    assert.deepEqual([list.type, JSON.parse(list.text)], ['application/json', CHAPTERS]);
    const own = JSON.parse((await ask('')).text);
    assert.deepEqual(own, [{ start: 0.5, end: 2, title: 'Own' }]);
    for (const podcast of [
      await ask('?of=result&format=podcast'),
      await ask('?of=result', 'application/json+chapters, */*;q=0.5'),
    ]) {
      assert.equal(podcast.type, 'application/json+chapters');
      assert.equal(JSON.parse(podcast.text).chapters[0].url, 'https://a.example/');
    }
    const cue = await ask('?of=result&format=cue', 'application/json');
    assert.equal(cue.type, 'application/x-cue; charset=utf-8');
    assert.match(cue.text, /FILE "in\.mp3" MP3\r\n {2}TRACK 01 AUDIO\r\n {4}TITLE "One '1'"/);
    const plain = await ask('?of=result', 'text/plain');
    assert.deepEqual([plain.type, plain.text], ['text/plain; charset=utf-8', cue.text]);
    assert.equal((await ask('?of=result', 'text/html,*/*;q=0.8')).type, 'application/json');
  });

  it('refuses other formats, other users, and clients without a token', async () => {
    const user = await service.newUser();
    const id = await converted(user);
    const path = `/api/tasks/${id}/chapters`;
    assert.equal((await user.fetch(`${path}?format=xml`)).status, 400);
    assert.equal((await user.fetch(`${path}?of=both`)).status, 400);
    const other = await service.newUser();
    const hidden = await other.fetch(path);
    assert.deepEqual([hidden.status, PROBLEM.parse(await hidden.json()).code], [404, 'not_found']);
    assert.equal((await fetch(`${service.url()}${path}`)).status, 401);
  });
});
