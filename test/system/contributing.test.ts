import assert from 'node:assert/strict';
import { constants, readFileSync } from 'node:fs';
import { access, chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, matchesGlob } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { temporaryFolder } from '../support/folders.ts';
import { findProgram, run } from '../support/programs.ts';

/** Entries at the top of the repository that a reader expects there. */
const EXPECTED = new Set([
  ...['package.json', 'tsconfig.json', 'functions/', 'lib/', 'terraform/', 'test/', 'cloudbuild.yaml'],
  'README.md',
]);

const DEPENDABOT = z.object({
  updates: z.array(
    z.object({
      'package-ecosystem': z.string(),
      directory: z.string().optional(),
      directories: z.array(z.string()).optional(),
    }),
  ),
});

/** The file by which each of Dependabot's ecosystems knows a folder. */
const MANIFESTS: Readonly<Record<string, string>> = {
  npm: 'package.json',
  'github-actions': '.github/workflows/ci.yml',
  docker: 'Dockerfile',
  'docker-compose': 'compose.yaml',
  terraform: 'versions.tf',
  gomod: 'go.mod',
  pip: 'requirements.txt',
};

const FORM = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(z.string()),
  body: z.array(
    z.object({
      type: z.enum(['markdown', 'textarea', 'input', 'dropdown', 'checkboxes']),
      id: z.string().optional(),
      attributes: z.looseObject({}),
    }),
  ),
});

describe('CONTRIBUTING.md', () => {
  const page = readFileSync('CONTRIBUTING.md', 'utf8');

  it('gives the reason for each entry at the top of the repository that a reader does not expect', async function () {
    const entries = new Set((await trackedFiles(this)).map((path) => path.replace(/\/.*/, '/')));
    const [, section = ''] = page.split('## Top-level entries');
    const listed = [...section.matchAll(/^\| `([^`]+)` \| \S.*\|$/gm)].map(([, name]) => name);
    assert.deepEqual(
      [...entries].filter((name) => !EXPECTED.has(name) && !listed.includes(name)),
      [],
    );
  });

  it('names only npm scripts that package.json has', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const named = [...page.matchAll(/npm run ([a-z:-]+)/g)].map(([, name = '']) => name);
    assert.ok(named.includes('check'));
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});

describe('The hook that Git runs before a push', () => {
  const folder = temporaryFolder();

  it('runs npm run check in the repository, without the variables by which Git names it', async function () {
    if (!(await findProgram('git'))) return this.skip();
    await access('.githooks/pre-push', constants.X_OK);
    const npm = join(folder(), 'npm');
    await writeFile(npm, '#!/bin/sh\necho "npm $* GIT_DIR=$GIT_DIR"\n');
    await chmod(npm, 0o755);
    const env = { PATH: [folder(), process.env.PATH].join(delimiter), GIT_DIR: '.git' };
    const { stdout } = await run('.githooks/pre-push', [], { env });
    assert.equal(stdout, 'npm run --silent check GIT_DIR=\n');
  });
});

describe('.github', () => {
  it('has Dependabot look at every manifest of packages, and at none that is not there', async function () {
    const files = await trackedFiles(this);
    const { updates } = DEPENDABOT.parse(parse(await readFile('.github/dependabot.yml', 'utf8')));
    for (const [ecosystem, manifest] of Object.entries(MANIFESTS)) {
      const update = updates.find((one) => one['package-ecosystem'] === ecosystem);
      const patterns = update?.directories ?? [update?.directory ?? ''];
      const folders = files
        .filter((path) => path === manifest || path.endsWith(`/${manifest}`))
        .map((path) => (path === manifest ? '/' : `/${dirname(path)}`));
      const missed = folders.filter((path) => !patterns.some((pattern) => matchesGlob(path, pattern)));
      assert.deepEqual(missed, [], ecosystem);
      const empty = patterns.filter((pattern) => !folders.some((path) => matchesGlob(path, pattern)));
      assert.deepEqual(empty, [], ecosystem);
    }
    assert.equal(updates.length, Object.keys(MANIFESTS).length);
  });

  it('has forms for issues that GitHub can show', async () => {
    for (const name of ['bug', 'feature']) {
      const { body } = FORM.parse(parse(await readFile(`.github/ISSUE_TEMPLATE/${name}.yml`, 'utf8')));
      const fields = body.filter(({ type }) => type !== 'markdown');
      assert.equal(new Set(fields.map(({ id }) => id)).size, fields.length);
      for (const { attributes } of fields) assert.equal(typeof attributes.label, 'string');
    }
  });
});

/** Paths of the files that Git has or would add, with `/` between parts; the test is skipped without Git. */
async function trackedFiles(test: Mocha.Context): Promise<string[]> {
  const git = (await findProgram('git')) ?? test.skip();
  const { stdout } = await run(git, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  return stdout.split('\0').filter(Boolean);
}
