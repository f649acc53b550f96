import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { createSpawnHelper } from '../../lib/process/spawn-helper.ts';
import { createSpawner, type Spawner, type SpawnRequest } from '../../lib/process/spawner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { until } from '../support/until.ts';

const LAUNCHERS: Record<string, () => Spawner> = {
  'from this process': createSpawner,
  'from the spawn helper': createSpawnHelper,
};

/** A launch of the shell that does what a line says. */
function shell(line: string, rest: Partial<SpawnRequest> = {}): SpawnRequest {
  const env = { PATH: process.env.PATH ?? '' };
  return { program: 'sh', args: ['-c', line], cwd: '/', env, fed: false, outputs: 2, ...rest };
}

async function firstLine(pipe: Readable | undefined): Promise<string> {
  assert.ok(pipe);
  const [chunk] = await once(pipe, 'data');
  return String(chunk).trim();
}

function isGone(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch {
    return true;
  }
}

for (const [way, create] of Object.entries(LAUNCHERS)) {
  describe(`A program started ${way}`, () => {
    const spawner = create();
    after(() => spawner.close());

    it('writes to each of its pipes, and says how it ended', async () => {
      const line = 'echo out; echo err >&2; echo three >&3; echo four >&4; exit 7';
      const { outputs, ended } = await spawner.start(shell(line, { outputs: 4 }));
      assert.deepEqual(await Promise.all(outputs.map(text)), ['out\n', 'err\n', 'three\n', 'four\n']);
      assert.deepEqual({ ...(await ended) }.code, 7);
    });

    it('reads its input to the last byte, and nothing where it has none', async () => {
      const bytes = Buffer.alloc(3_000_000, 'sound');
      const { stdin, outputs, ended } = await spawner.start(shell('cat', { fed: true }));
      stdin?.end(bytes);
      const [output = ''] = await Promise.all(outputs.map(text));
      assert.equal(output.length, bytes.length);
      assert.equal(Buffer.from(output).equals(bytes), true);
      assert.equal((await ended).code, 0);
      const unfed = await spawner.start(shell('cat'));
      assert.deepEqual(await Promise.all(unfed.outputs.map(text)), ['', '']);
    });

    it('waits for pipes that are not read', async () => {
      const { outputs, ended } = await spawner.start(shell('head -c 3000000 /dev/zero >&3', { outputs: 3 }));
      const [, , third] = outputs;
      assert.ok(third);
      await once(third, 'readable');
      assert.equal((await text(third)).length, 3_000_000);
      assert.equal((await ended).code, 0);
    });

    it('gets signals', async () => {
      const { kill, ended } = await spawner.start(shell('exec sleep 60'));
      kill('SIGTERM');
      assert.equal((await ended).signal, 'SIGTERM');
    });

    it('is refused where there is no such program or folder', async () => {
      await assert.rejects(spawner.start(shell('', { program: '/no/such' })), { code: 'ENOENT' });
      await assert.rejects(spawner.start(shell('', { cwd: '/no/such' })), { code: 'ENOENT' });
    });

    it('is killed with all others when the spawner is closed, which starts again when it is asked', async () => {
      const begun = await Promise.all([1, 2].map(() => spawner.start(shell('echo $$; exec sleep 60'))));
      const pids = await Promise.all(begun.map(async ({ outputs: [output] }) => firstLine(output)));
      spawner.close();
      await until(() => pids.every(isGone));
      const { ended } = await spawner.start(shell('exit 3'));
      assert.equal((await ended).code, 3);
    });
  });
}

describe('The process that starts programs', () => {
  const folder = temporaryFolder();

  it('ends with all that it started, and its folder, when its owner is killed', async () => {
    const module = pathToFileURL('lib/process/spawn-helper.ts').href;
    const script = `
      const { createSpawnHelper } = await import('${module}');
      const { outputs } = await createSpawnHelper().start(${JSON.stringify(shell('echo $$ $PPID; exec sleep 60'))});
      outputs[0].pipe(process.stdout);
      setInterval(() => {}, 1000);`;
    const args = ['--input-type=module', '-e', script];
    const env = { ...process.env, TMPDIR: folder() };
    const owner = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await firstLine(owner.stdout);
    owner.kill('SIGKILL');
    await until(() => line.split(' ').every(isGone));
    await until(async () => (await readdir(folder())).length === 0);
  });

  it('fails what it started when it is killed itself, and is started again', async () => {
    const spawner = createSpawnHelper();
    const { outputs, ended } = await spawner.start(shell('echo $PPID; exec sleep 60'));
    process.kill(Number(await firstLine(outputs[0])), 'SIGKILL');
    await assert.rejects(ended, { code: 'unavailable' });
    const again = await spawner.start(shell('exit 3'));
    assert.equal((await again.ended).code, 3);
    spawner.close();
  });
});
