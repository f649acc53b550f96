import assert from 'node:assert/strict';
import { diagnose } from '../../lib/cli/doctor.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { testEngine } from '../support/engine.ts';

describe('npm run doctor', () => {
  const { PATH, FFMPEG_PATH } = process.env;
  const found = async (env: NodeJS.ProcessEnv) => diagnose(loadConfig({ PATH, FFMPEG_PATH, ...env }));

  it('names what it found with versions', async () => {
    const { lines, missing } = await found({});
    assert.deepEqual(missing, []);
    for (const line of [
      /^Node\.js +v24\./,
      /^ffmpeg +\S+ of \d{4}, (static|dynamic) \//,
      /^ffprobe +\S+ of \d{4}, (static|dynamic) \//,
      /^Formats /,
      /PostgreSQL \d+\./,
    ]) {
      assert.ok(
        lines.some((text) => line.test(text)),
        String(line),
      );
    }
    const formats = lines.find((line) => line.startsWith('Formats')) ?? '';
    const made = (await testEngine()).formats.map(({ name }) => name);
    assert.deepEqual(
      made.filter((name) => new RegExp(`without.*\\b${name}\\b`).test(formats)),
      [],
    );
  });

  it('says all that is missing at once, and never the password of a database', async () => {
    const DATABASE_URL = 'postgres://tonemill:hunter2@127.0.0.1:1/none';
    const { missing } = await found({ FFMPEG_PATH: '/nowhere', DATABASE: 'url', DATABASE_URL });
    assert.equal(missing.length, 2);
    assert.match(missing[0] ?? '', /ffmpeg was not found/);
    assert.match(missing[1] ?? '', /DATABASE_URL does not answer/);
    assert.ok(!missing.join().includes('hunter2'));
  });
});
