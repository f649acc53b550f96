import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { conversionFailure } from '../../lib/audio/ffmpeg/exit-errors.ts';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import type { ResourceLimits } from '../../lib/process/enclosures.ts';
import { type Command, createChildren } from '../../lib/process/limited-process.ts';
import { findProgram } from '../../lib/process/path-search.ts';
import { createSpawnHelper } from '../../lib/process/spawn-helper.ts';
import { createSpawner, type Spawner } from '../../lib/process/spawner.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import { binaries } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';

const PLENTY: ResourceLimits = { memory: 4 * 1024 ** 3, cpu: 60, file: 1e9 };
const LIMITS = {
  uploadBytes: 1e9,
  formBytes: 1e9,
  resultBytes: 1e9,
  durationSeconds: 600,
  conversionSeconds: 60,
  stallSeconds: 30,
};

const LAUNCHERS: Record<string, () => Spawner> = {
  'from this process': createSpawner,
  'from the spawn helper': createSpawnHelper,
};

for (const [way, create] of Object.entries(LAUNCHERS))
  describe(`A program that is run ${way}`, () => {
    const spawner = create();
    after(() => spawner.close());
    const folder = temporaryFolder();
    const path = process.env.PATH ?? '';

    async function run(program: string, args: string[], settings: Partial<Command> = {}) {
      const { sandbox } = await binaries();
      const cwd = join(folder(), 'empty');
      await mkdir(cwd);
      let output = '';
      const read = async (pipe: Parameters<typeof text>[0]) => {
        output = await text(pipe);
      };
      const { signal } = new AbortController();
      const files = { reads: [], writes: [] };
      const command = {
        program,
        args,
        cwd,
        path,
        ...files,
        limits: PLENTY,
        signal,
        readers: [read],
        ...settings,
      };
      const ending = await createChildren(spawner, sandbox).run(command);
      return { ...ending, output };
    }

    /** What a conversion would fail with that ends so. */
    async function failureOf(
      limits: Partial<ResourceLimits>,
      args: string[],
      writes: string[] = [],
    ): Promise<string> {
      const { ffmpeg } = await binaries();
      const ending = await run(ffmpeg.path, ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', ...args], {
        limits: { ...PLENTY, ...limits },
        writes,
      });
      const [format] = FORMATS;
      assert.ok(format);
      return conversionFailure(ending, format, LIMITS).code;
    }

    it('knows nothing of the environment but PATH and the locale', async () => {
      const { output } = await run('env', []);
      assert.deepEqual(output.trim().split('\n').sort(), ['LC_ALL=C', `PATH=${path}`]);
    });

    it('is limited in memory, computing time, file size and open files, and leaves no core', async function () {
      const prlimit = findProgram('prlimit', path);
      if (!(await binaries()).sandbox.limitsResources || prlimit === 'prlimit') this.skip();
      const limits = { memory: 1e9, cpu: 7, file: 12_345 };
      const { output } = await run(prlimit, ['--raw', '--noheadings', '-o', 'RESOURCE,SOFT,HARD'], {
        limits,
      });
      const said = new Map(
        output
          .trim()
          .split('\n')
          .map((line) => [line.split(' ')[0], line]),
      );
      assert.equal(said.get('AS'), 'AS 1000000000 1000000000');
      assert.equal(said.get('CPU'), 'CPU 7 7');
      assert.equal(said.get('FSIZE'), 'FSIZE 12345 12345');
      assert.equal(said.get('NOFILE'), 'NOFILE 64 64');
      assert.equal(said.get('CORE'), 'CORE 0 0');
    });

    const endless = ['anoisesrc', '-f', 'null', '-'];
    it('fails with its own code when it has no memory to begin with', async function () {
      if (!(await binaries()).sandbox.limitsResources) this.skip();
      assert.equal(await failureOf({ memory: 8e6 }, endless), 'resource_limit');
    });
    it('fails with its own code when it computes too long', async function () {
      if (!(await binaries()).sandbox.limitsResources) this.skip();
      assert.equal(await failureOf({ cpu: 1 }, endless), 'resource_limit');
    });
    it('fails with its own code when its file grows too large', async function () {
      if (!(await binaries()).sandbox.limitsResources) this.skip();
      const wav = join(folder(), 'large.wav');
      assert.equal(await failureOf({ file: 100_000 }, ['anoisesrc', '-y', wav], [wav]), 'result_too_large');
    });

    it('is gone when it was aborted, even when it ignores SIGTERM', async () => {
      const abort = new AbortController();
      const stubborn = ['-c', 'trap "" TERM; echo $$; while :; do sleep 1; done'];
      let pid = 0;
      const read: Command['readers'][number] = async (pipe) => {
        for await (const chunk of pipe) {
          pid = Number(chunk);
          abort.abort(new AppError('interrupted', 'Enough.'));
        }
      };
      await assert.rejects(run('sh', stubborn, { signal: abort.signal, readers: [read] }), /Enough/);
      assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    });

    it('ends though its input never does', async () => {
      const stdin = new Readable({ read: () => undefined });
      const { code } = await run('true', [], { stdin });
      assert.equal(code, 0);
      assert.equal(stdin.destroyed, true);
    });

    it('is stopped when its output cannot be read', async () => {
      const read: Command['readers'][number] = async () => {
        throw new AppError('unavailable', 'The disk is full.');
      };
      await assert.rejects(run('yes', [], { readers: [read] }), /The disk is full/);
    });
  });
