import assert from 'node:assert/strict';
import { findProgram, run } from '../support/programs.ts';
import { ROOT } from './build.ts';

describe('Shell scripts', () => {
  it('are clean to shellcheck', async function () {
    const shellcheck = (await findProgram('shellcheck')) ?? this.skip();
    const { stdout } = await run('git', [
      '-C',
      ROOT,
      'ls-files',
      '--cached',
      '--others',
      '--exclude-standard',
      '*.sh',
      '.ci/run',
      '.githooks/*',
    ]);
    const files = stdout.split('\n').filter(Boolean);
    assert.ok(files.length > 12, files.join());
    const options = ['-x', '--source-path=SCRIPTDIR', '--source-path=.'];
    await run(shellcheck, [...options, ...files], { cwd: ROOT });
  });
});
