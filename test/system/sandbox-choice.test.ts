import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import { MEMORY } from '../../lib/audio/ffmpeg/resource-limits.ts';
import { findProgram } from '../../lib/process/path-search.ts';
import { filesOf } from '../../lib/process/program-files.ts';
import { findSandbox, LEVELS } from '../../lib/process/sandbox.ts';
import { tryProgram } from '../../lib/process/sandbox-trial.ts';
import { binaries, makeTone, SANDBOX } from '../support/audio.ts';
import { convertWith, engineParts } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const run = promisify(execFile);

const PATH = process.env.PATH ?? '';

const FOUND = z.object({ level: z.string(), parts: z.array(z.string()), warnings: z.array(z.string()) });

/** Finds the sandbox for a program, in a process of its own. */
const SCRIPT = `
  import { sandboxFor } from './lib/audio/ffmpeg/program-sandbox.ts';
  const [, program, path, folder, mode] = process.argv;
  try {
    const { level, parts, warnings } = await sandboxFor([program], path, { mode, folder });
    process.stdout.write(JSON.stringify({ level, parts, warnings }));
  } catch (error) {
    process.stdout.write(JSON.stringify({ level: error.code, parts: [], warnings: [error.message] }));
  }`;

describe('The choice of a sandbox:', function () {
  this.timeout(120_000);
  let folder: string;
  let refusing: string;
  let ffmpeg: string;
  let whole: z.output<typeof FOUND>;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'tonemill-choice-'));
    if (!(await isThere('cc'))) return this.skip();
    refusing = join(folder, 'refusing');
    await run('cc', ['-O2', '-o', refusing, 'test/support/refusing.c']);
    ffmpeg = (await binaries()).ffmpeg.path;
    whole = await find([]);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** No bubblewrap and no guards are found: what is chosen is the launcher's. */
  async function find(refused: string[], mode = 'auto') {
    const of = [ffmpeg, join(folder, 'empty'), SANDBOX.folder, mode];
    const node = [process.execPath, '--input-type=module', '-e', SCRIPT, ...of];
    const [program = '', ...args] = refused.length === 0 ? node : [refusing, ...refused, '--', ...node];
    return FOUND.parse(JSON.parse((await run(program, args)).stdout));
  }

  it('landlock without a network of its own in a container that refuses namespaces', async function () {
    if (whole.level !== 'landlock') return this.skip();
    const { level, parts } = await find(['namespaces']);
    assert.equal(level, 'landlock');
    assert.ok(!parts.includes('a network of its own') && parts.includes('seccomp'));
  });

  it('namespaces where the kernel has no Landlock', async function () {
    if (!whole.parts.includes('a network of its own')) return this.skip();
    assert.equal((await find(['landlock'])).level, 'namespaces');
  });

  it('seccomp where there is neither, with a warning that says what is open and why', async () => {
    const { level, warnings } = await find(['landlock', 'namespaces']);
    assert.equal(level, 'seccomp');
    assert.match(
      warnings[0] ?? '',
      /^Nothing keeps ffmpeg from the service's files: .*landlock: .*namespaces: /,
    );
  });

  it('no start where one is required that stops files and network', async () => {
    const { level, warnings } = await find(['landlock', 'namespaces'], 'required');
    assert.equal(level, 'misconfigured');
    assert.match(warnings[0] ?? '', /^SANDBOX is required, /);
    if (whole.level === 'landlock') assert.equal((await find([], 'required')).level, 'landlock');
  });

  it('limits where it is off', async () => {
    assert.equal((await find([], 'off')).level, 'limits');
  });
});

describe('A conversion in the sandbox:', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  for (const level of LEVELS) {
    it(`works at level ${level}`, async function () {
      const parts = await engineParts();
      const sandbox = await findSandbox({ ...SANDBOX, path: parts.path, memory: MEMORY, levels: [level] });
      const failing = await tryProgram(parts.binaries.ffprobe.path, ['-version'], sandbox.enclose, MEMORY);
      if (sandbox.level !== level || failing !== undefined) return this.skip();
      const engine = createEngine({ ...parts, binaries: { ...parts.binaries, sandbox } });
      const [input, m4a, ogg] = ['a.wav', 'a.m4a', 'a.ogg'].map((name) => join(folder(), name));
      await makeTone(input ?? '', 2);
      const made = await convertWith(engine, input ?? '', m4a ?? '', 'm4a');
      assert.equal(made.media.codec, 'aac');
      const again = await convertWith(engine, m4a ?? '', ogg ?? '', 'ogg');
      assert.equal(again.media.codec, 'vorbis');
      const { uid, mode } = await stat(ogg ?? '');
      assert.deepEqual([uid, mode & 0o777], [process.getuid?.(), 0o600]);
    });
  }
});

describe('Another user for ffmpeg, if the service is root,', function () {
  this.timeout(120_000);

  it('is given up for a file that it cannot open, as on a share that knows users by themselves', async function () {
    const sandbox = await findSandbox({ ...SANDBOX, path: PATH, memory: MEMORY, levels: ['seccomp'] });
    if (sandbox.level !== 'seccomp' || sandbox.user === undefined) return this.skip();
    const userWith = async (reads: string[]) => {
      const program = findProgram('id', PATH);
      const limits = { memory: MEMORY, cpu: 10, file: 0 };
      const enclosed = { program, args: ['-u'], cwd: '/', limits, reads, writes: [] };
      const [first = '', ...rest] = sandbox.enclose({ ...enclosed, files: await filesOf(program) });
      return (await run(first, rest)).stdout.trim();
    };
    assert.equal(await userWith(['package.json']), String(sandbox.user));
    // The kernel asks who reads the environment of a process, and takes no right to read files for an answer.
    assert.equal(await userWith([`/proc/${process.pid}/environ`]), '0');
  });
});

async function isThere(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
