import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { minified } from './bundle.ts';
import { TYPES, typesHeader } from './types.ts';

/** Bytes of the client in one file, compressed as servers do it. */
const MOST_BYTES = 15 * 1024;

describe('The sources of the client', () => {
  it('have the types of the present OpenAPI document: npm run client:types writes them', async () => {
    const types = await readFile(TYPES, 'utf8');
    const header = await typesHeader();
    assert.equal(types.slice(0, header.length), header);
  });

  it(`are under ${MOST_BYTES} bytes in one compressed file`, async () => {
    const { length } = gzipSync(await minified(), { level: 9 });
    console.log(`      the client has ${length} bytes, minified and compressed`);
    assert.ok(length > 1000 && length < MOST_BYTES, `${length} bytes`);
  });

  it('use Node.js in one file only', () => {
    const using = globSync('lib/client/*.ts', { exclude: ['lib/client/schema.ts'] }).filter((path) =>
      /from 'node:|\b(process|Buffer|require)\b[.(]/.test(readFileSync(path, 'utf8')),
    );
    assert.deepEqual(using, ['lib/client/node.ts']);
  });
});
