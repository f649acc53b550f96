import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readFileTags } from '../../lib/audio/tags/read-and-write.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { newFolder, temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { type Part, PROBLEM, TASK, type TaskJson, testService, type User } from '../support/service.ts';

const COVER = z.object({
  mimeType: z.string(),
  width: z.int(),
  height: z.int(),
  size: z.int(),
  sha256: z.string(),
});
const SHOWN = TASK.extend({
  cover: COVER.nullable(),
  result: z
    .object({
      media: z.object({ coverArt: z.boolean(), tags: z.record(z.string(), z.array(z.string())) }),
      adaptations: z.array(z.object({ property: z.string(), from: z.string().or(z.number()) })),
    })
    .nullable(),
});

describe('A cover that is sent', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const service = testService();
  let ann: User;
  let audio: { name: string; bytes: Buffer };
  const pictures = new Map<string, Buffer>();

  before(async () => {
    ann = await service.newUser();
    const made = await newFolder();
    const { ffmpeg } = await binaries();
    for (const [name, color] of [
      ['red.jpg', 'red'],
      ['blue.png', 'blue'],
      ['green.gif', 'green'],
    ] as const) {
      const path = join(made, name);
      const source = ['-f', 'lavfi', '-i', `color=${color}:size=48x32:duration=0.04`];
      await run(ffmpeg.path, ['-v', 'error', '-y', ...source, '-frames:v', '1', path]);
      pictures.set(name, await readFile(path));
    }
    const [cover, flac] = [join(made, 'blue.png'), join(made, 'tone.flac')];
    const attached = ['-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-disposition:v', 'attached_pic'];
    const tags = [
      '-metadata',
      'title=Hello',
      '-metadata',
      'track=3/12',
      '-metadata:s:v',
      'comment=Cover (front)',
    ];
    await makeTone(flac, 1, '-i', cover, ...attached, ...tags);
    audio = { name: 'tone.flac', bytes: await readFile(flac) };
    await rm(made, { recursive: true });
  });

  const picture = (name: string) => pictures.get(name) ?? Buffer.alloc(0);
  const storedCovers = async () => (await service.files()).filter((name) => name.startsWith('cover-'));
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const send = async (parts: Record<string, Part>): Promise<TaskJson> => {
    const answer = await ann.upload(parts);
    assert.equal(answer.status, 200, await answer.clone().text());
    return z.object({ task: TASK }).parse(await answer.json()).task;
  };
  const shown = async (id: number) => SHOWN.parse(await (await ann.fetch(`/api/tasks/${id}`)).json());
  const settled = async (id: number) => {
    const { state, error } = await ann.settled(id);
    assert.equal(state, 'PROCESSED', JSON.stringify(error));
    return shown(id);
  };
  const put = (id: number, body: Uint8Array, type = 'image/jpeg') =>
    ann.fetch(`/api/tasks/${id}/cover`, {
      method: 'PUT',
      body: Uint8Array.from(body),
      headers: { 'Content-Type': type },
    });
  /** Pictures of a result, by their types and hashes, and its tags. */
  const inResult = async (id: number) => {
    const path = join(folder(), `${id}.bin`);
    const result = await ann.fetch(`/api/tasks/${id}/result`);
    assert.equal(result.status, 200);
    await writeFile(path, Buffer.from(await result.arrayBuffer()));
    const found = readFileTags(path);
    assert.ok(found);
    return { tags: found.tags, pictures: found.pictures.map(({ type, sha256 }) => ({ type, sha256 })) };
  };
  const codeOf = async (answer: Response) => PROBLEM.parse(await answer.json()).code;

  for (const format of ['mp3', 'flac', 'm4a', 'ogg', 'opus', 'wav', 'aiff']) {
    it(`becomes the only front cover of ${format}, before or after the file, and keeps the tags`, async () => {
      const red = { name: 'red.jpg', bytes: picture('red.jpg') };
      for (const parts of [
        { cover: red, newFormat: format, audio },
        { audio, newFormat: format, cover: red },
      ]) {
        const { id } = await send(parts);
        const { cover, result } = await settled(id);
        const expected = { size: red.bytes.length, sha256: sha256(red.bytes) };
        assert.deepEqual(cover, { mimeType: 'image/jpeg', width: 48, height: 32, ...expected });
        assert.equal(result?.media.coverArt, true);
        const { tags, pictures: found } = await inResult(id);
        assert.deepEqual(found, [{ type: 'frontCover', sha256: expected.sha256 }]);
        assert.deepEqual([tags.title, tags.trackNumber], [['Hello'], ['3/12']]);
      }
    });
  }

  it('is named where the format has no place for it', async () => {
    for (const [format, name] of [
      ['ac3', 'red.jpg'],
      ['m4a', 'green.gif'],
    ] as const) {
      const { id } = await send({ cover: { name, bytes: picture(name) }, newFormat: format, audio });
      const { result } = await settled(id);
      assert.ok(result?.adaptations.some(({ property, from }) => property === 'coverArt' && from === 'sent'));
    }
  });

  it('is put after the file as well, stays for further formats, and can be taken back', async () => {
    const covers = await storedCovers();
    const { id } = await ann.convert(audio, 'mp3');
    const red = picture('red.jpg');
    const answer = SHOWN.parse(await (await put(id, red)).json());
    assert.deepEqual([answer.state, answer.revision, answer.cover?.sha256], ['UPLOADED', 2, sha256(red)]);
    await settled(id);
    assert.deepEqual((await inResult(id)).pictures, [{ type: 'frontCover', sha256: sha256(red) }]);
    const body = JSON.stringify({ newFormat: 'flac' });
    const headers = { 'Content-Type': 'application/json' };
    await ann.fetch(`/api/tasks/${id}`, { method: 'PUT', body, headers });
    await settled(id);
    assert.deepEqual((await inResult(id)).pictures, [{ type: 'frontCover', sha256: sha256(red) }]);
    const removed = await ann.fetch(`/api/tasks/${id}/cover`, { method: 'DELETE' });
    assert.equal(SHOWN.parse(await removed.json()).cover, null);
    await settled(id);
    assert.deepEqual(
      (await inResult(id)).pictures.map(({ sha256 }) => sha256),
      [sha256(picture('blue.png'))],
    );
    assert.deepEqual(await storedCovers(), covers);
  });

  it('may come before the original of an upload session', async () => {
    const request = { filename: 'tone.flac', newFormat: 'mp3', size: audio.bytes.length };
    const init = {
      method: 'POST',
      body: JSON.stringify(request),
      headers: { 'Content-Type': 'application/json' },
    };
    const SESSION = z.object({ task: TASK, upload: z.object({ url: z.string() }) });
    const { task, upload } = SESSION.parse(await (await ann.fetch('/api/tasks', init)).json());
    const gif = picture('green.gif');
    const before = SHOWN.parse(await (await put(task.id, gif, '')).json());
    assert.deepEqual([before.state, before.revision], ['AWAITING_UPLOAD', 1]);
    await fetch(upload.url, { method: 'PUT', body: Uint8Array.from(audio.bytes) });
    assert.equal((await settled(task.id)).revision, 1);
    assert.deepEqual((await inResult(task.id)).pictures, [{ type: 'frontCover', sha256: sha256(gif) }]);
  });

  it('goes with its task', async () => {
    const covers = await storedCovers();
    const cover = { name: 'red.jpg', bytes: picture('red.jpg') };
    const { id } = await send({ cover, newFormat: 'mp3', audio });
    assert.equal((await storedCovers()).length, covers.length + 1);
    await settled(id);
    await ann.fetch(`/api/tasks/${id}`, { method: 'DELETE' });
    assert.deepEqual(await storedCovers(), covers);
  });

  const jpeg = () => picture('red.jpg');
  const bad: [what: string, bytes: () => Buffer, status: number, code: string][] = [
    ['text', () => Buffer.from('<html>no picture</html>'), 422, 'invalid_image'],
    ['nothing', () => Buffer.alloc(0), 422, 'invalid_image'],
    ['half a JPEG', () => jpeg().subarray(0, jpeg().length - 40), 422, 'invalid_image'],
    ['a BMP', () => Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), 422, 'invalid_image'],
    ['a PNG of a billion pixels', () => hugePng(), 413, 'too_large'],
    ['16 MiB', () => Buffer.concat([jpeg(), Buffer.alloc(16 * 1024 * 1024)]), 413, 'too_large'],
  ];
  for (const [what, bytes, status, code] of bad) {
    it(`is refused in a form and by PUT if it is ${what}`, async () => {
      const files = await service.files();
      const { length } = await ann.tasks();
      for (const parts of [
        { cover: { name: 'a.jpg', bytes: bytes() }, newFormat: 'mp3', audio },
        { audio, newFormat: 'mp3', cover: { name: 'a.jpg', bytes: bytes() } },
      ]) {
        const answer = await ann.upload(parts);
        assert.deepEqual([answer.status, await codeOf(answer)], [status, code]);
      }
      assert.equal((await ann.tasks()).length, length);
      assert.deepEqual(await service.files(), files);
      const [task] = await ann.tasks();
      const answer = await put(task?.id ?? 0, bytes());
      assert.deepEqual([answer.status, await codeOf(answer)], [status, code]);
    });
  }

  it('is refused for the task of another user, twice in a form, and as JSON', async () => {
    const [task] = await ann.tasks();
    const bob = await service.newUser();
    const body = Uint8Array.from(jpeg());
    const init = { method: 'PUT', body, headers: { 'Content-Type': 'image/jpeg' } };
    assert.equal((await bob.fetch(`/api/tasks/${task?.id}/cover`, init)).status, 404);
    assert.equal((await fetch(`${service.url()}/api/tasks/${task?.id}/cover`, init)).status, 401);
    assert.equal((await put(task?.id ?? 0, Buffer.from('{}'), 'application/json')).status, 415);
    const form = new FormData();
    for (const name of ['one', 'two']) form.append('cover', new Blob([body]), name);
    form.append('audio', new Blob([Uint8Array.from(audio.bytes)]), 'a.flac');
    form.append('newFormat', 'mp3');
    assert.equal((await ann.fetch('/api/tasks', { method: 'POST', body: form })).status, 400);
  });

  it('is none where a browser sends the empty file of a form', async () => {
    const { id } = await send({ cover: { name: '', bytes: Buffer.alloc(0) }, newFormat: 'mp3', audio });
    assert.equal((await settled(id)).cover, null);
  });
});

/** The head of a PNG of 40,000 by 40,000 pixels, and its end. */
function hugePng(): Buffer {
  const bytes = Buffer.alloc(60);
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 0, 'latin1');
  bytes.writeUInt32BE(40_000, 16);
  bytes.writeUInt32BE(40_000, 20);
  bytes.write('IEND', 50, 'latin1');
  return bytes;
}
