import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { document, README } from './document.ts';

describe('terraform/README.md', () => {
  it('has the inputs, the outputs and the estimate that the code has', async () => {
    const page = await readFile(README, 'utf8');
    assert.equal(page, await document(page), 'node test/terraform/document.ts');
  });

  it('draws both modes', async () => {
    const { length } = (await readFile(README, 'utf8')).match(/^```mermaid$/gm) ?? [];
    assert.equal(length, 2);
  });
});
