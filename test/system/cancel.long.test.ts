import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binaries } from '../support/audio.ts';
import { run } from '../support/programs.ts';
import { type TaskJson, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

/**
 * Who changes or removes a task only changes its row: whoever converts it, in whatever process, learns it from there. So
 * it is the same wherever the conversion runs.
 */
describe('A conversion that is no longer needed', function () {
  this.timeout(60_000);
  const service = testService({ CONVERSIONS: '1' });
  let original: Buffer;
  before(async () => {
    const { ffmpeg } = await binaries();
    const noise = 'anoisesrc=sample_rate=8000:duration=60:seed=1';
    const mp3 = ['-b:a', '8k', '-write_xing', '0', '-f', 'mp3', '-'];
    const { stdout } = await run(ffmpeg.path, ['-v', 'error', '-f', 'lavfi', '-i', noise, ...mp3], {
      encoding: 'buffer',
    });
    original = Buffer.concat(Array.from({ length: 300 }, () => stdout));
  });

  /** Begins to convert five hours of noise, which takes minutes, and waits until ffmpeg runs. */
  async function begin(user: User): Promise<TaskJson> {
    const task = await user.create({ name: 'long.mp3', bytes: original }, 'opus');
    await until(async () => {
      const [{ state = '', progress = 0 } = {}] = await user.tasks();
      assert.ok(state === 'UPLOADED' || state === 'PROCESSING', `it is ${state}`);
      return progress > 0;
    });
    return task;
  }

  it('is stopped when its task is removed, and nothing is left of it', async () => {
    const user = await service.newUser();
    const { id } = await begin(user);
    assert.equal((await user.fetch(`/api/tasks/${id}`, { method: 'DELETE' })).status, 200);
    await until(async () => (await readdir(join(service.data(), 'work'))).length === 0);
    assert.deepEqual(await programsIn(service.data()), []);
    assert.ok(!(await service.files()).some((name) => /long|input|output/.test(name)));
  });

  it('is stopped when another format is requested, which is made instead', async () => {
    const user = await service.newUser();
    const { id } = await begin(user);
    const requestedOutput = { method: 'PUT', headers: { 'Content-Type': 'application/json' } };
    const changed = await user.fetch(`/api/tasks/${id}`, { ...requestedOutput, body: '{"newFormat":"wav"}' });
    assert.equal(changed.status, 200);
    const task = await user.settled(id);
    assert.deepEqual([task.state, task.convertedExt, task.revision], ['PROCESSED', 'wav', 2]);
    assert.deepEqual(await programsIn(service.data()), []);
    assert.ok(!(await service.files()).includes('long.opus'));
  });
});

/** The command lines that name a folder, where the system tells (proc(5)). */
async function programsIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => /ffmpeg/.test(line) && line.includes(folder));
}
