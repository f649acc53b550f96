import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { distil } from './distil.ts';
import { FIXTURE, formatSchema, SOURCE } from './schema.ts';

const run = promisify(execFile);

describe('The fixture of the provider schema', function () {
  this.timeout(300_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonemill-schema-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('is what the published package says', async () => {
    const { stdout } = await run('npm', ['pack', SOURCE, '--silent', '--pack-destination', folder]);
    await run('tar', ['-xzf', join(folder, stdout.trim()), '-C', folder]);
    const made = formatSchema(await distil(join(folder, 'package')));
    assert.ok(
      made === (await readFile(FIXTURE, 'utf8')),
      'node test/terraform/distil.ts PACKAGE_FOLDER > test/terraform/schema.json',
    );
  });
});
