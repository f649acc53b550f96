import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';
import { openStage, type Stage } from './build.ts';

const STANDARD =
  'profile      = "standard"\nhost         = "convert.example.org"\nalert_emails = ["ops@example.org"]\n';

const ARGS = ['terraform/deploy/deploy.sh', '--project', 'demo-project', '--region', 'europe-west1'];

describe('npm run deploy', () => {
  const folder = temporaryFolder();
  let stage: Stage;

  beforeEach(async () => {
    stage = await openStage(folder());
    await writeFile(join(folder(), 'terraform', 'serverless', 'terraform.tfvars'), STANDARD);
  });

  it('prints every command and runs none with --dry-run', async () => {
    const { code, output } = await stage.script([...ARGS, '--dry-run'], {});
    assert.equal(code, 0, output);
    assert.deepEqual(await stage.calls(), []);
    const order = [
      '+ gcloud storage buckets create gs://demo-project-tonemill-state',
      '+ terraform -chdir=terraform/serverless init',
      '-target=module.secrets',
      '+ gcloud secrets versions add tonemill-jwt-private-keys',
      '+ gcloud secrets versions add tonemill-owner-url',
      '+ npm run gcp-build',
      '+ gcloud builds submit',
      '--args=npm,run,doctor,programs',
      '+ gcloud run deploy tonemill-auth',
      '+ gcloud run jobs execute tonemill-smoke',
      '+ gcloud run services update-traffic tonemill-auth',
    ].map((part) => output.indexOf(part));
    assert.ok(!order.includes(-1), output);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  it('runs what it printed, in the same order', async () => {
    const { code, output } = await stage.script(ARGS, {});
    assert.equal(code, 0, output);
    const printed = output.split('\n').filter((line) => line.startsWith('+ '));
    const shown = new Set(printed.map((line) => line.slice(2).replaceAll("'", '')));
    const calls = await stage.calls();
    assert.ok(calls.length > 40);
    assert.deepEqual(
      calls.filter((call) => !shown.has(call) && call !== 'npm run --silent new-secrets'),
      [],
    );
    assert.ok(
      calls.some((call) =>
        call.startsWith('node terraform/deploy/smoke-live.ts https://convert.example.org'),
      ),
    );
  });

  it('puts no secret on a command line or into what it prints', async () => {
    const { output } = await stage.script(ARGS, {});
    const told = [output, ...(await stage.calls())].join('\n');
    assert.doesNotMatch(told, /sixteen characters|"keys"|postgres:\/\/|password:/);
  });

  it('makes no new version of a secret that has one', async () => {
    await stage.script(ARGS, { HAS_SECRETS: '1' });
    const made = (await stage.calls()).filter((call) => /versions add|sql users|new-secrets/.test(call));
    assert.deepEqual(made, []);
  });

  it('waits with the conversion until the host answers', async () => {
    const { code, output } = await stage.script(ARGS, {}, 'curl *');
    assert.equal(code, 0, output);
    assert.match(output, /Point its A record to 203\.0\.113\.1/);
    assert.ok(!(await stage.calls()).some((call) => call.startsWith('node ')));
  });

  it('deploys the small profile without a host, and converts at its own address at once', async () => {
    const variables = join(folder(), 'terraform', 'serverless', 'terraform.tfvars');
    await writeFile(variables, 'alert_emails = ["ops@example.org"]\n');
    const { code, output } = await stage.script(ARGS, {}, 'curl *');
    assert.equal(code, 0, output);
    const calls = await stage.calls();
    const deployed = calls.flatMap((call) => /^gcloud run deploy tonemill-(\S+)/.exec(call)?.[1] ?? []);
    assert.deepEqual(deployed, ['api', 'uploaded', 'convert', 'transfer', 'dead-letter', 'sweep']);
    assert.ok(
      calls.includes('node terraform/deploy/smoke-live.ts https://tonemill-api-1.europe-west1.run.app'),
    );
  });

  it('moves all traffic back when the conversion fails', async () => {
    const { code, output } = await stage.script(ARGS, {}, 'node *smoke-live.ts *');
    assert.equal(code, 1);
    assert.match(output, /all traffic is back/);
    assert.match(
      (await stage.calls()).at(-1) ?? '',
      /update-traffic tonemill-sweep .*=tonemill-sweep-old=100$/,
    );
  });

  it('stops at the first command that fails', async () => {
    const { code } = await stage.script(ARGS, {}, 'gcloud run jobs execute tonemill-migrate * --wait');
    assert.equal(code, 1);
    assert.ok(!(await stage.calls()).some((call) => call.startsWith('gcloud run deploy')));
  });

  it('says what it expects', async () => {
    const wrong: [args: string[], sentence: RegExp][] = [
      [[], /Expected --project/],
      [['--project', 'demo-project'], /Expected --region/],
      [['--project'], /Usage/],
      [['--force'], /There is no option --force/],
    ];
    for (const [args, sentence] of wrong) {
      const { code, output } = await stage.script(['terraform/deploy/deploy.sh', ...args], {});
      assert.equal(code, 2, output);
      assert.match(output, sentence);
    }
    await rm(join(folder(), 'terraform', 'serverless', 'terraform.tfvars'));
    const { code, output } = await stage.script(ARGS, {});
    assert.equal(code, 2);
    assert.match(output, /terraform\.tfvars, with alert_emails = /);
    assert.deepEqual(await stage.calls(), []);
  });

  it('is the script that package.json names', async () => {
    const manifest = await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
    assert.match(manifest, /"deploy": "bash terraform\/deploy\/deploy\.sh"/);
  });
});
