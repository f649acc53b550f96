import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VARIABLES } from '../lib/variables.ts';
import { binaries, makeTone } from './audio.ts';
import { temporaryFolder } from './folders.ts';
import { testService } from './service.ts';

const run = promisify(execFile);

const README = readFileSync('README.md', 'utf8');

describe('The README', () => {
  const service = testService();
  const folder = temporaryFolder();

  it('has five curl lines that lead from sign-up to result', async function () {
    if (!(await isThere('curl')) || !(await isThere('bash'))) return this.skip();
    await makeTone(join(folder(), 'song.wav'), 2);
    const lines = commands('From sign-up to result').map((line) =>
      line.replaceAll('http://localhost:8080', service.url()),
    );
    assert.equal(lines.length, 5);
    const [signUp, logIn, upload, look, download] = lines;
    const wait = `until ${look} | grep -E '"state":"(PROCESSED|FAILED)"'; do sleep 0.1; done`;
    const script = ['set -euo pipefail', signUp, logIn, upload, wait, download].join('\n');
    const { stdout } = await run('bash', ['-c', script], { cwd: folder() });
    assert.match(stdout, /"state":"PROCESSED"/);
    const { ffprobe } = await binaries();
    const show = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0'];
    assert.equal((await run(ffprobe.path, [...show, join(folder(), 'song.mp3')])).stdout.trim(), 'mp3');
  });

  it('has curl lines that send a large file, ask after a break, and send the rest', async function () {
    if (!(await isThere('curl')) || !(await isThere('bash'))) return this.skip();
    await makeTone(join(folder(), 'song.wav'), 15);
    const { token } = await service.newUser();
    const [announce, , ask, sizes, rest] = [
      ...section('From sign-up to result').matchAll(/```sh\n(.*?)```/gs),
    ]
      .slice(1)
      .flatMap(([, block = '']) => block.trim().split('\n'))
      .map((line) => line.replaceAll('http://localhost:8080', service.url()));
    const begin = 'head -c 1048576 song.wav | curl -s -T - -H "Content-Range: bytes 0-1048575/*" "$URL"';
    const script = ['set -euo pipefail', `TOKEN=${token}`, announce, begin, ask, sizes, rest].join('\n');
    const { stdout } = await run('bash', ['-c', script], { cwd: folder() });
    assert.match(stdout, /^HTTP\/1.1 308/m);
    assert.match(stdout, /^range: bytes=0-1048575/im);
    assert.match(stdout, /"message":"The file is whole."/);
  });

  it('has curl lines that ask for options, presets and a probe, as the service takes them', async function () {
    if (!(await isThere('curl')) || !(await isThere('bash'))) return this.skip();
    await makeTone(join(folder(), 'song.wav'), 2);
    const user = await service.newUser();
    const [first, second, again, probe] = commands('Formats, options, presets').map((line) =>
      line.replaceAll('http://localhost:8080', service.url()),
    );
    const sh = async (line = '') =>
      JSON.parse((await run('bash', ['-c', `TOKEN=${user.token}; ${line}`], { cwd: folder() })).stdout);
    for (const line of [first, second]) {
      const { task } = await sh(line);
      assert.equal((await user.settled(task.id)).state, 'PROCESSED');
      const changed = await sh(again?.replace(/tasks\/1$/, `tasks/${task.id}`));
      assert.deepEqual(changed.options, { loudness: { target: -16, truePeak: -1 } });
      assert.equal((await user.settled(task.id)).state, 'PROCESSED');
    }
    assert.equal((await sh(probe)).codec, 'pcm_s16le');
  });

  it('lists every variable that is read, and no other', () => {
    const rows = section('Configuration').matchAll(/^\|([^|]+)\|/gm);
    const listed = [...rows].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]),
    );
    assert.deepEqual(listed.sort(), Object.keys(VARIABLES.shape).sort());
  });

  it('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = [...README.matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1] ?? '');
    assert.ok(named.includes('doctor'));
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});

/** From a heading to the next one of its own level. */
function section(heading: string): string {
  return README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
}

/** Lines of the first block of shell commands under a heading. */
function commands(heading: string): string[] {
  const block = /```sh\n(.*?)```/s.exec(section(heading))?.[1] ?? '';
  return block.trim().split('\n');
}

async function isThere(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
