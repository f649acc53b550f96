import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';
import { shellBlocks } from '../support/pages.ts';
import { openStage } from './build.ts';

describe('The commands of docs/google-cloud.md that deploy', () => {
  const folder = temporaryFolder();

  it('run in this order, up to the answers of Google', async () => {
    const blocks = shellBlocks('docs/google-cloud.md', 'Deploy');
    assert.equal(blocks.length, 3);
    const stage = await openStage(folder());
    const { code, output } = await stage.commands(blocks.flat().join('\n'));
    assert.equal(code, 0, output);
    assert.deepEqual(await stage.calls(), [
      'gcloud auth login',
      'gcloud auth application-default login',
      'gcloud projects create my-tonemill --name=Tonemill',
      'gcloud billing projects link my-tonemill --billing-account=012345-6789AB-CDEF01',
      'npm ci',
      'npm run deploy -- --project my-tonemill --region europe-west1 --dry-run',
      'npm run deploy -- --project my-tonemill --region europe-west1',
      'terraform -chdir=terraform/serverless output -raw url',
      'node terraform/deploy/smoke-live.ts https://tonemill-api-1.europe-west1.run.app',
      'gcloud projects delete my-tonemill',
    ]);
    const variables = await readFile(join(folder(), 'terraform', 'serverless', 'terraform.tfvars'), 'utf8');
    assert.equal(variables, 'alert_emails = ["you@example.com"]\n');
    const dry = [
      'terraform/deploy/deploy.sh',
      '--project',
      'my-tonemill',
      '--region',
      'europe-west1',
      '--dry-run',
    ];
    assert.match(
      (await stage.script(dry, {})).output,
      /smoke-live\.ts https:\/\/tonemill-api-\d+\.europe-west1\.run\.app/,
    );
  });
});
