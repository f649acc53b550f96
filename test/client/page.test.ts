import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { fenced, pageText } from '../support/pages.ts';
import { post, testService } from '../support/service.ts';
import { packInto } from './packed.ts';

const run = promisify(execFile);

describe('The examples of docs/client.md', () => {
  const service = testService();
  const folder = temporaryFolder();

  it('run with the packed client', async () => {
    await packInto(folder());
    await makeTone(join(folder(), 'song.wav'), 2);
    const { token } = await service.newUser();
    const scopes = ['tasks:read', 'tasks:write'];
    const made = await post(
      `${service.url()}/api/auth/keys`,
      { name: 'page', scopes },
      {
        Authorization: `Bearer ${token}`,
      },
    );
    const { key } = z.object({ key: z.string() }).parse(await made.json());
    const examples = fenced(pageText('docs/client.md'), 'js');
    const printed: string[] = [];
    for (const example of examples) {
      const text = example.replaceAll('http://localhost:8080', service.url());
      await writeFile(join(folder(), 'example.mjs'), text);
      const env = { ...process.env, TONEMILL_KEY: key };
      printed.push((await run(process.execPath, ['example.mjs'], { cwd: folder(), env })).stdout);
    }
    assert.equal(examples.length, 3);
    assert.equal(printed[1], '{ PROCESSED: 2 } []\n');
    assert.match(printed[0] ?? '', /^upload 1\n(.*\n)*conversion 1\n2\.?\d*\n$/);
    assert.match(printed[2] ?? '', /^a new session\n0\nno session any more\n$/);
    assert.ok((await stat(join(folder(), 'song.mp3'))).size > 1000);
  });
});
