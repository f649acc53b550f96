import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from './build.ts';

const STEP = z.object({ uses: z.string().optional(), run: z.string().optional() });
const WORKFLOW = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.object({ permissions: z.never().optional(), steps: z.array(STEP) })),
});

describe('.github/workflows/ci.yml', () => {
  let text: string;
  let workflow: z.output<typeof WORKFLOW>;

  before(async () => {
    text = await readFile(join(ROOT, '.github', 'workflows', 'ci.yml'), 'utf8');
    workflow = WORKFLOW.parse(parse(text));
  });

  it('may read the contents and nothing else, and gives no secret to a pull request', () => {
    assert.deepEqual(workflow.permissions, { contents: 'read' });
    assert.ok(!('pull_request_target' in workflow.on));
    assert.doesNotMatch(text, /secrets\./);
    assert.match(text, /persist-credentials: false/);
  });

  it('takes actions by commit, with the version as a comment', () => {
    const uses = text.split('\n').filter((line) => line.includes('uses:'));
    assert.ok(uses.length >= 3);
    for (const line of uses) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('runs what developers run, with the emulators', () => {
    const [job] = Object.values(workflow.jobs);
    const commands = (job?.steps ?? []).map(({ run }) => run ?? '');
    assert.ok(commands.includes('npm run test:all'));
    assert.ok(
      commands.findIndex((line) => line.startsWith('npm run emulators')) <
        commands.indexOf('npm run test:all'),
    );
  });
});
