import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { packInto } from './packed.ts';

const run = promisify(execFile);

const PROGRAM = `
import { createClient, TonemillError, type Task } from 'tonemill/client';
import { fileAt } from 'tonemill/client/node';

const client = createClient({ baseUrl: 'http://127.0.0.1:1', retries: { attempts: 1 } });
const file: File = await fileAt('program.mts');
const converted = client.convert(file, { newFormat: 'mp3' });
const task: Promise<Task> = converted.then(({ task }) => task);
await task.catch((error: unknown) => {
  if (!(error instanceof TonemillError)) throw error;
  const code: string = error.code;
  console.log(code);
});
`;

describe('The packed client and command line', () => {
  const folder = temporaryFolder();

  it('are imported and run by another folder, in Node.js and with their types', async () => {
    await packInto(folder());
    await writeFile(join(folder(), 'program.mts'), PROGRAM);
    const here = { cwd: folder() };
    const { stdout } = await run(process.execPath, ['program.mts'], here);
    assert.equal(stdout, 'network\n');
    const tsc = join(process.cwd(), 'node_modules', 'typescript', 'bin', 'tsc');
    const types = ['--noEmit', '--strict', '--module', 'nodenext', '--lib', 'esnext,dom', '--types', ''];
    await run(process.execPath, [tsc, ...types, 'program.mts'], here).catch((error: unknown) => {
      assert.fail(String(Object(error).stdout));
    });
    const own = join(folder(), 'node_modules', 'tonemill');
    await symlink(join(process.cwd(), 'node_modules'), join(own, 'node_modules'));
    await makeTone(join(folder(), 'song.wav'), 1, '-metadata', 'title=Waltz');
    const command = join(own, 'lib', 'cli', 'tonemill.cjs');
    const args = ['convert', '--local', 'song.wav', '--to', 'flac', '--name', '{title}'];
    assert.match((await run(command, args, here)).stdout, /song\.wav -> Waltz\.flac/);
    assert.match((await run(command, ['--version'], here)).stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
