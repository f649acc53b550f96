import assert from 'node:assert/strict';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createLog } from '../../lib/runtime/log.ts';
import { jsonLine } from '../../lib/runtime/log-formats.ts';
import { makeTone } from '../support/audio.ts';
import { createBatch, fillBatch } from '../support/batch.ts';
import { temporaryFolder } from '../support/folders.ts';
import { openFiles } from '../support/open-files.ts';
import { run } from '../support/programs.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

describe('Results in one file', function () {
  this.timeout(60_000);
  const lines: string[] = [];
  const log = createLog((event) => lines.push(jsonLine(event)));
  const service = testService({}, log);
  const folder = temporaryFolder();
  let bytes: Uint8Array;

  beforeEach(async () => {
    const path = join(folder(), 'song.wav');
    await makeTone(path, 1);
    bytes = await readFile(path);
  });

  async function converted(user: User, names: readonly string[], name?: string) {
    const made = await createBatch(user, names, 'mp3', name);
    await fillBatch(user, made, bytes);
    return { path: `/api/batches/${made.batch.id}/results.zip`, tasks: made.tasks.map(({ task }) => task) };
  }
  /** Entries of an archive as Python's zipfile reads them. */
  async function entriesOf(archive: Buffer) {
    const file = join(folder(), 'results.zip');
    await writeFile(file, archive);
    const { stdout } = await run('python3', ['-c', READER, file]);
    return ENTRIES.parse(JSON.parse(stdout));
  }
  const problemOf = async (answer: Response) => PROBLEM.parse(await answer.json());

  it('are the very files, under names that every system can store', async () => {
    const user = await service.newUser();
    const names = ['a.wav', 'a.wav', 'A.wav', 'Töne 🎵.wav', 'CON.wav', 'what?.wav'];
    const { path, tasks } = await converted(user, names, 'Ann: live/"2026"');
    const answer = await user.fetch(path);
    assert.equal(answer.headers.get('content-type'), 'application/zip');
    assert.match(answer.headers.get('content-disposition') ?? '', /filename="Ann_ live__2026_\.zip"/);
    const archive = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.headers.get('content-length'), String(archive.length));
    const entries = await entriesOf(archive);
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['a.mp3', 'a (2).mp3', 'A (3).mp3', 'Töne 🎵.mp3', '_CON.mp3', 'what_.mp3'],
    );
    for (const [index, { content }] of entries.entries()) {
      const result = await user.fetch(`/api/tasks/${tasks[index]?.id}/result`);
      assert.deepEqual(content, Buffer.from(await result.arrayBuffer()).toString('base64'));
    }
  });

  it('leave out what is not converted, and name it', async () => {
    const user = await service.newUser();
    const { tasks } = await converted(user, ['a.wav']);
    const waiting = await createBatch(user, ['b.wav']);
    const failed = await user.convert({ name: 'c.wav', bytes: Buffer.from('no audio') }, 'mp3');
    const ids = [tasks[0]?.id, waiting.tasks[0]?.task.id, failed.id];
    const answer = await user.fetch(`/api/tasks/results.zip?ids=${ids.join(',')}`);
    assert.match(answer.headers.get('content-disposition') ?? '', /filename=results\.zip$/);
    const archive = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.headers.get('content-length'), String(archive.length));
    const [first, missing] = await entriesOf(archive);
    assert.deepEqual([first?.name, missing?.name], ['a.mp3', 'missing.txt']);
    assert.equal(
      Buffer.from(missing?.content ?? '', 'base64').toString(),
      `${ids[1]} b.wav: AWAITING_UPLOAD\n${ids[2]} c.wav: FAILED, ${failed.error?.message}\n`,
    );
  });

  it('are an error if there is none, or an id is of no task of the user', async () => {
    const [ann, bob] = [await service.newUser(), await service.newUser()];
    const { tasks } = await converted(ann, ['a.wav']);
    const { batch, tasks: waiting } = await createBatch(bob, ['b.wav']);
    const others = `${tasks[0]?.id}`;
    const own = `${waiting[0]?.task.id}`;
    for (const [path, status, code, detail] of [
      [`/api/batches/${batch.id}/results.zip`, 409, 'not_ready', /None of the 1 tasks is PROCESSED/],
      [`/api/tasks/results.zip?ids=${own}`, 409, 'not_ready', /None of the 1 tasks is PROCESSED/],
      [`/api/tasks/results.zip?ids=${own},${others},999999`, 404, 'not_found', `${others}, 999999`],
      ['/api/tasks/results.zip', 400, 'invalid_request', /ids/],
      ['/api/tasks/results.zip?ids=', 400, 'invalid_request', /separated by commas.*"" is none/],
      ['/api/tasks/results.zip?ids=1,x', 400, 'invalid_request', /separated by commas.*"x" is none/],
      [
        `/api/tasks/results.zip?ids=${Array.from({ length: 1001 }, (_, index) => index + 1).join(',')}`,
        400,
        'invalid_request',
        /at most 1000 task ids.*there are 1001/,
      ],
    ] as const) {
      const problem = await problemOf(await bob.fetch(path));
      assert.deepEqual([problem.status, problem.code], [status, code], path);
      assert.ok(typeof detail === 'string' ? problem.detail.includes(detail) : detail.test(problem.detail));
    }
  });

  it('have the same headers for HEAD', async () => {
    const user = await service.newUser();
    const { path } = await converted(user, ['a.wav']);
    const [whole, head] = [await user.fetch(path), await user.fetch(path, { method: 'HEAD' })];
    await whole.arrayBuffer();
    assert.equal((await head.arrayBuffer()).byteLength, 0);
    for (const name of ['content-type', 'content-length', 'content-disposition', 'cache-control'])
      assert.equal(head.headers.get(name), whole.headers.get(name), name);
  });

  /** A batch of WAV results of 11 MB each, and where they are stored. */
  async function largeResults(user: User, count: number) {
    const path = join(folder(), 'long.wav');
    await makeTone(path, 120);
    const made = await createBatch(
      user,
      Array.from({ length: count }, (_, index) => `${index}.wav`),
      'wav',
    );
    await fillBatch(user, made, await readFile(path));
    const stored = made.tasks.map(({ task: { id, name } }) =>
      join(service.data(), 'results', String(id), '1', name),
    );
    return { path: `/api/batches/${made.batch.id}/results.zip`, stored };
  }

  it('leave no result open when the client goes away', async function () {
    if (process.platform !== 'linux') this.skip();
    const openResults = () => openFiles().filter((file) => file.includes('/results/')).length;
    const user = await service.newUser();
    const { path } = await largeResults(user, 2);
    for (let i = 0; i < 10; i++) {
      const abort = new AbortController();
      const answer = await user.fetch(path, { signal: abort.signal });
      const reader = answer.body?.getReader();
      await reader?.read();
      assert.ok(openResults() > 0);
      abort.abort();
      await assert.rejects(async () => {
        while (!(await reader?.read())?.done);
      });
    }
    await until(() => openResults() === 0);
  });

  it('break the connection when one of them vanishes or is cut off meanwhile', async () => {
    const user = await service.newUser();
    for (const harm of [rm, (file: string) => truncate(file, 1000)]) {
      const { path, stored } = await largeResults(user, 2);
      const answer = await user.fetch(path);
      const reader = answer.body?.getReader();
      await reader?.read();
      await harm(stored[1] ?? '');
      await assert.rejects(async () => {
        while (!(await reader?.read())?.done);
      }, /terminated/);
      await until(() => lines.some((line) => /An answer broke off/.test(line)));
      assert.ok(!lines.some((line) => /"severity":"ERROR"/.test(line)));
      lines.length = 0;
    }
  });
});

/** Prints the entries of an archive as JSON; reading one checks its CRC. */
const READER = `
import base64, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
read = lambda entry: base64.b64encode(archive.read(entry)).decode()
print(json.dumps([{'name': entry.filename, 'content': read(entry)} for entry in archive.infolist()]))
`;

const ENTRIES = z.array(z.object({ name: z.string(), content: z.base64() }));
