import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newFolder } from '../support/folders.ts';

const run = promisify(execFile);

describe('The tables of a benchmark', () => {
  it('are written as Markdown and as JSON, with the machine and the time', async () => {
    const folder = await newFolder();
    const code = `
      const { printTable, writeTables } = await import('./test/bench/figures.ts');
      printTable([['who', 'ms'], ['tonemill', '7']]);
      await writeTables('api', true, ${JSON.stringify(folder)});`;
    await run(process.execPath, ['--input-type=module', '--eval', code]);
    const [title, , machine, , ...table] = (await readFile(join(folder, 'api.md'), 'utf8')).split('\n');
    assert.equal(title, '# api, quick');
    assert.match(machine ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\dZ, \d+ x .+, Node\.js v/);
    assert.deepEqual(table, ['| who | ms |', '| --- | --- |', '| tonemill | 7 |', '']);
    const json = JSON.parse(await readFile(join(folder, 'api.json'), 'utf8'));
    assert.deepEqual(json.tables, [
      [
        ['who', 'ms'],
        ['tonemill', '7'],
      ],
    ]);
  });
});
