import assert from 'node:assert/strict';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';
import { findProgram, run } from '../support/programs.ts';
import { ROOT } from './build.ts';

/** The files that make the schema. */
const MIGRATIONS = ['migrations.ts', 'task-change-triggers.ts', 'batches-migration.ts'].map((name) =>
  join('lib', 'adapters', 'database', name),
);

/**
 * While a deployment moves traffic, and after it moved back, the release before runs on the schema of this one. So its own store
 * tests run here on this schema: a migration may add, and takes away only what the release before no longer uses.
 */
describe('The schema of this release', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('serves the store tests of the commit that it stands on', async function () {
    const git = (await findProgram('git')) ?? this.skip();
    assert.match(await storeTests(git, 'HEAD'), /\d+ passing/);
  });

  it('serves the store tests of the last release', async function () {
    const git = (await findProgram('git')) ?? this.skip();
    const tag = await lastRelease(git);
    if (tag === undefined) {
      console.warn('      There is no release yet.');
      return this.skip();
    }
    assert.match(await storeTests(git, tag), /\d+ passing/);
  });

  /** Runs the store tests of a revision with the migrations of the working tree; answers what they print. */
  async function storeTests(git: string, revision: string): Promise<string> {
    const copy = join(folder(), 'release');
    const archive = join(folder(), 'release.tar');
    await mkdir(copy);
    const parts = ['lib', 'test', 'package.json', 'tsconfig.json'];
    await run(git, ['-C', ROOT, 'archive', '--output', archive, revision, ...parts]);
    await run('tar', ['-xf', archive, '-C', copy]);
    for (const file of MIGRATIONS) await cp(join(ROOT, file), join(copy, file));
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const options = [
      '--no-config',
      '--extension',
      'ts',
      '--require',
      './test/support/setup.ts',
      '--timeout',
      '60000',
    ];
    const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');
    const { stdout } = await run(process.execPath, [mocha, ...options, 'test/contract/stores.test.ts'], {
      cwd: copy,
      env: { ...process.env, MOCHA_REPORT: '' },
    });
    return stdout;
  }
});

async function lastRelease(git: string): Promise<string | undefined> {
  const { stdout } = await run(git, [
    '-C',
    ROOT,
    'tag',
    '--list',
    'v*',
    '--merged',
    'HEAD',
    '--sort=-v:refname',
  ]);
  return stdout.split('\n')[0] || undefined;
}
