import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { IDLE } from './costs.ts';
import { document, README } from './document.ts';

describe('terraform/README.md', () => {
  it('has the inputs, the outputs and the estimate that the code has', async () => {
    const page = await readFile(README, 'utf8');
    assert.equal(page, await document(page), 'node test/terraform/document.ts');
  });

  it('counts at most 40 dollars for the small profile in which nothing is converted', () => {
    assert.ok(IDLE.small <= 40, String(IDLE.small));
    assert.ok(IDLE.standard > 200, String(IDLE.standard));
  });

  it('draws both modes', async () => {
    const { length } = (await readFile(README, 'utf8')).match(/^```mermaid$/gm) ?? [];
    assert.equal(length, 2);
  });
});
