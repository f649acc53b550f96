import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';
import { type Build, loadBuild, openStage, runBuild, type Stage } from './build.ts';

const MAIN = { _DEPLOY: 'true' };
const SMALL = ['api', 'uploaded', 'convert', 'transfer', 'dead-letter', 'sweep'];
const STANDARD = ['auth', 'tasks', 'site', 'uploaded', 'convert', 'transfer', 'dead-letter', 'sweep'];

describe('The steps of cloudbuild.yaml, with stand-ins for gcloud and terraform', () => {
  const folder = temporaryFolder();
  let build: Build;
  let stage: Stage;

  beforeEach(async () => {
    build = await loadBuild();
    stage = await openStage(folder());
  });

  const traffic = async () =>
    (await stage.calls())
      .filter((call) => call.includes('update-traffic'))
      .map((call) => /--to-revisions=(\S+)=100/.exec(call)?.[1]);

  it('deploy the functions of the standard profile, and ask its host', async () => {
    const variables = join(folder(), 'terraform', 'serverless', 'terraform.tfvars');
    await writeFile(variables, 'profile = "standard"\nhost = "audio.example.com"\n');
    const { failed, output } = await runBuild(stage, build, MAIN);
    assert.equal(failed, undefined, output);
    assert.deepEqual(
      await traffic(),
      STANDARD.map((name) => `tonemill-${name}-new`),
    );
    const calls = await stage.calls();
    assert.ok(calls.includes('node terraform/deploy/smoke-live.ts https://audio.example.com'));
  });

  it('deploy from plan to traffic', async () => {
    const { failed, output } = await runBuild(stage, build, MAIN);
    assert.equal(failed, undefined, output);
    const calls = await stage.calls();
    const order = [
      'npm run test:all',
      'terraform -chdir=terraform/serverless validate',
      'terraform -chdir=terraform/serverless plan',
      'terraform -chdir=terraform/serverless apply',
      'gcloud builds submit .build/functions',
      '--args=npm,run,doctor,programs',
      'gcloud run jobs execute tonemill-migrate --project=demo-project --region=europe-west1 --wait',
      'gcloud run deploy tonemill-api',
      'gcloud run deploy tonemill-sweep',
      'gcloud run jobs execute tonemill-smoke',
      'gcloud run services update-traffic tonemill-api',
      'gcloud run services update-traffic tonemill-sweep',
      'node terraform/deploy/smoke-live.ts https://tonemill-api-1.europe-west1.run.app',
    ].map((part) => calls.findLastIndex((call) => call.includes(part)));
    assert.ok(!order.includes(-1), calls.join('\n'));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      await traffic(),
      SMALL.map((name) => `tonemill-${name}-new`),
    );
  });

  it('give every candidate its function, its base image and no traffic, and have it asked at its own address', async () => {
    await runBuild(stage, build, MAIN);
    const calls = await stage.calls();
    const deployed = calls.filter((call) => call.startsWith('gcloud run deploy'));
    for (const [index, name] of SMALL.entries()) {
      const flags = [`--function=${name}`, '--base-image=nodejs24', '--no-traffic', '--tag=candidate'];
      for (const flag of flags) assert.ok(deployed[index]?.includes(flag), deployed[index]);
    }
    const asked = calls.find((call) => call.includes('jobs execute tonemill-smoke')) ?? '';
    for (const name of SMALL) {
      assert.ok(asked.includes(`${name}=https://candidate---tonemill-${name}.example`), asked);
    }
  });

  it('name the image by what is in the bundle, and build it once', async () => {
    await runBuild(stage, build, MAIN);
    const images = (await stage.calls()).join('\n').match(/tonemill\/release:[0-9a-f]{16}/g) ?? [];
    assert.equal(new Set(images).size, 1);
    const again = await openStage(join(folder(), 'again'));
    const env = { PROJECT: 'demo-project', REGION: 'europe-west1', DEPLOY: 'true', HAS_IMAGE: 'yes' };
    await again.script(['terraform/deploy/image.sh'], env);
    assert.deepEqual(
      (await again.calls()).filter((call) => call.startsWith('gcloud builds submit')),
      [],
    );
  });

  it('deploy nothing for a pull request', async () => {
    const { failed, output } = await runBuild(stage, build, {});
    assert.equal(failed, undefined, output);
    const calls = await stage.calls();
    assert.deepEqual(
      calls.filter((call) => /^gcloud(?! storage cp gs:)| (plan|apply) /.test(call)),
      [],
    );
    assert.ok(calls.includes('terraform -chdir=terraform/serverless validate'));
  });

  const failures: [step: string, call: string][] = [
    ['test', 'npm run test:all'],
    ['terraform-check', 'terraform *terraform/serverless validate'],
    ['variables', 'gcloud storage cp *serverless.tfvars'],
    ['plan', 'terraform * plan *'],
    ['apply', 'terraform * apply *'],
    ['image', 'gcloud builds submit *'],
    ['doctor', 'gcloud *--args=npm,run,doctor,programs'],
    ['migrate', 'gcloud run jobs execute tonemill-migrate * --wait'],
    ['candidates', 'gcloud run deploy tonemill-convert *'],
    ['smoke-candidates', 'gcloud run jobs execute tonemill-smoke *'],
  ];
  for (const [step, call] of failures) {
    it(`stop before any traffic moves when ${step} fails`, async () => {
      const { failed, reached } = await runBuild(stage, build, MAIN, call);
      assert.equal(failed, step);
      assert.equal(reached.at(-1), step);
      assert.deepEqual(await traffic(), []);
    });
  }

  it('move all traffic back when it moves in part only', async () => {
    const { failed, output } = await runBuild(
      stage,
      build,
      MAIN,
      '*update-traffic tonemill-uploaded *-new=100',
    );
    assert.equal(failed, 'settle');
    assert.match(output, /all traffic is back on the revisions of before/);
    assert.deepEqual(await traffic(), [
      ...['api', 'uploaded'].map((name) => `tonemill-${name}-new`),
      ...SMALL.map((name) => `tonemill-${name}-old`),
    ]);
  });

  it('move all traffic back when the conversion on the live site fails', async () => {
    const { failed } = await runBuild(stage, build, MAIN, 'node *smoke-live.ts *');
    assert.equal(failed, 'settle');
    assert.deepEqual(await traffic(), [
      ...SMALL.map((name) => `tonemill-${name}-new`),
      ...SMALL.map((name) => `tonemill-${name}-old`),
    ]);
  });
});
