import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { binaries, makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PAGES, shellBlocks } from '../support/pages.ts';
import { testService } from '../support/service.ts';

const run = promisify(execFile);

describe('Commands of the README and of docs/', () => {
  const service = testService();
  const folder = temporaryFolder();
  before(async function () {
    if (!(await isThere('curl')) || !(await isThere('bash'))) this.skip();
  });

  /** Lines of every block under a heading, block after block, at the address of this service. */
  const commands = (page: string, heading: string) =>
    shellBlocks(page, heading)
      .flat()
      .map((line) => line.replaceAll('http://localhost:8080', service.url()));
  const bash = async (...lines: (string | undefined)[]) =>
    (await run('bash', ['-c', ['set -euo pipefail', ...lines].join('\n')], { cwd: folder() })).stdout;

  it('lead from sign-up to result in five lines', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const lines = commands('README.md', 'From sign-up to result');
    assert.equal(lines.length, 5);
    const [signUp, logIn, upload, look, download] = lines;
    const wait = `until ${look} | grep -E '"state":"(PROCESSED|FAILED)"'; do sleep 0.1; done`;
    assert.match(await bash(signUp, logIn, upload, wait, download), /"state":"PROCESSED"/);
    const { ffprobe } = await binaries();
    const show = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0'];
    assert.equal((await run(ffprobe.path, [...show, join(folder(), 'song.mp3')])).stdout.trim(), 'mp3');
  });

  it('send the file of an upload session in one piece', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const { token } = await service.newUser();
    const [open, send] = commands('docs/api.md', 'Upload sessions');
    assert.match(await bash(`TOKEN=${token}`, open, send), /"message":"The file is complete."/);
  });

  it('ask an upload session for its status after a break, and send the rest', async () => {
    await makeTone(join(folder(), 'song.wav'), 15);
    const { token } = await service.newUser();
    const [open, , ask, sizes, rest] = commands('docs/api.md', 'Upload sessions');
    const begin = 'head -c 1048576 song.wav | curl -s -T - -H "Content-Range: bytes 0-1048575/*" "$URL"';
    const output = await bash(`TOKEN=${token}`, open, begin, ask, sizes, rest);
    assert.match(output, /^HTTP\/1.1 308/m);
    assert.match(output, /^range: bytes=0-1048575/im);
    assert.match(output, /"message":"The file is complete."/);
  });

  it('request options, presets and another format of the same original', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const user = await service.newUser();
    const [first, second, again] = commands('docs/formats.md', 'Commands');
    const sh = async (line = '') => JSON.parse(await bash(`TOKEN=${user.token}`, line));
    for (const line of [first, second]) {
      const { task } = await sh(line);
      assert.equal((await user.settled(task.id)).state, 'PROCESSED');
      const changed = await sh(again?.replace(/tasks\/1$/, `tasks/${task.id}`));
      assert.deepEqual(changed.options, { loudness: { target: -16, truePeak: -1 } });
      assert.equal((await user.settled(task.id)).state, 'PROCESSED');
    }
  });

  it('probe a file, and draw the waveform of a task', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const user = await service.newUser();
    const [probe] = commands('docs/api.md', 'Media information without a task');
    const [draw] = commands('docs/api.md', 'Waveforms');
    const media = JSON.parse(await bash(`TOKEN=${user.token}`, probe));
    assert.equal(media.codec, 'pcm_s16le');
    assert.equal(typeof media.loudness.integrated, 'number');
    const bytes = await readFile(join(folder(), 'song.wav'));
    const { id } = await user.convert({ name: 'song.wav', bytes }, 'mp3');
    await bash(`TOKEN=${user.token}`, draw?.replace('tasks/1/', `tasks/${id}/`));
    const picture = await readFile(join(folder(), 'song.png'));
    assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  });

  it('leave out no route that the service describes: docs/api.md names each', async () => {
    const answer = await fetch(`${service.url()}/openapi.json`);
    const { paths } = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(await answer.json());
    const api = PAGES.find(({ path }) => path === 'docs/api.md')?.text ?? '';
    assert.deepEqual(
      Object.keys(paths).filter((path) => !api.includes(path)),
      [],
    );
  });
});

async function isThere(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
