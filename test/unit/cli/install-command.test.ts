import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findInstallCommand } from '../../../lib/cli/install-command.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('The command that installs ffmpeg', () => {
  const folder = temporaryFolder();
  const commandWith = async (program: string, isRoot: boolean) => {
    await writeFile(join(folder(), program), '', { mode: 0o755 });
    return findInstallCommand(`/nowhere:${folder()}`, isRoot);
  };

  for (const [program, expected] of [
    ['apt-get', 'sudo apt-get update && sudo apt-get install -y ffmpeg'],
    ['dnf', 'sudo dnf install -y ffmpeg-free'],
    ['apk', 'sudo apk add ffmpeg'],
    ['brew', 'brew install ffmpeg'],
  ] as const) {
    it(`is of the package manager ${program} if that is on PATH`, async () =>
      assert.equal(await commandWith(program, false), expected));
  }

  it('needs no sudo for root', async () =>
    assert.equal(await commandWith('apt-get', true), 'apt-get update && apt-get install -y ffmpeg'));

  it('is unknown on a system without a known package manager', async () =>
    assert.equal(await findInstallCommand(folder(), true), undefined));
});
