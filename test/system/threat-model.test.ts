import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** A file of tests with the titles that a row of the table names of it. */
const NAMED = /`(test\/[^`]+)`: ("[^"|]+"(?:, "[^"|]+")*)/g;

describe('The threat model in SECURITY.md', () => {
  it('names tests that there are, for every boundary', async () => {
    const text = await readFile('SECURITY.md', 'utf8');
    const [, table = ''] = /\| boundary \|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)/.exec(text) ?? [];
    const rows = table.trim().split('\n');
    assert.ok(rows.length >= 15);
    for (const row of rows) {
      const named = [...row.matchAll(NAMED)];
      assert.ok(named.length > 0, row);
      for (const [, file = '', titles = ''] of named) {
        const source = await readFile(file, 'utf8');
        for (const title of titles.slice(1, -1).split('", "'))
          assert.match(
            source,
            new RegExp(`\\bit\\([^\\n]*${RegExp.escape(title)}['\`]`),
            `${file}: ${title}`,
          );
      }
    }
  });
});
