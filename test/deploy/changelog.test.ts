import assert from 'node:assert/strict';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { release } from '../../terraform/deploy/changelog.ts';
import { temporaryFolder } from '../support/folders.ts';
import { findProgram, run } from '../support/programs.ts';
import { ROOT } from './build.ts';

describe('The change log', () => {
  const folder = temporaryFolder();

  it('gives its unreleased part a number and a date', () => {
    const before = '# Changes\n\n## Unreleased\n\n- New.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n';
    const after =
      '# Changes\n\n## Unreleased\n\n## 0.2.0 - 2026-11-24\n\n- New.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n';
    assert.equal(release(before, '0.2.0', '2026-11-24'), after);
  });

  it('refuses a release of nothing', () => {
    assert.throws(() => release('# Changes\n', '0.2.0', '2026-11-24'), /a section "## Unreleased"/);
    const nothing = '## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n';
    assert.throws(() => release(nothing, '0.2.0', '2026-11-24'), /something under "## Unreleased"/);
  });

  it('is written, committed and tagged by npm version', async function () {
    const git = (await findProgram('git')) ?? this.skip();
    const copy = folder();
    await mkdir(join(copy, 'terraform', 'deploy'), { recursive: true });
    for (const file of [
      'package.json',
      'package-lock.json',
      'CHANGELOG.md',
      'terraform/deploy/changelog.ts',
    ]) {
      await cp(join(ROOT, file), join(copy, file));
    }
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    await writeFile(join(copy, '.gitignore'), 'node_modules\n');
    const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    const path = [join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
    const env = { ...process.env, PATH: path, GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 'test@example.org' };
    const options = {
      cwd: copy,
      env: { ...env, GIT_COMMITTER_NAME: 'Test', GIT_COMMITTER_EMAIL: 'test@example.org' },
    };
    await run(git, ['init', '-q'], options);
    await run(git, ['add', '-A'], options);
    await run(git, [...author, 'commit', '-qm', 'Before'], options);
    await run('npm', ['version', '0.9.9', '--no-fund', '--no-audit'], options);
    assert.match(await readFile(join(copy, 'CHANGELOG.md'), 'utf8'), /^## 0\.9\.9 - \d{4}-\d\d-\d\d$/m);
    const { stdout } = await run(git, ['tag', '--list'], options);
    assert.equal(stdout, 'v0.9.9\n');
    const { stdout: changed } = await run(git, ['show', '--name-only', '--format=%s', 'HEAD'], options);
    assert.deepEqual(changed.trim().split('\n'), [
      '0.9.9',
      '',
      'CHANGELOG.md',
      'package-lock.json',
      'package.json',
    ]);
  });
});
