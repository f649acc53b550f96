import assert from 'node:assert/strict';
import { access, constants, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { temporaryFolder } from '../support/folders.ts';
import { type Block, blocks } from '../terraform/hcl.ts';
import { type Build, loadBuild, openStage, ROOT, runBuild } from './build.ts';

const GCLOUD = z.object({
  source: z.string(),
  wide: z.array(z.string()),
  commands: z.record(z.string(), z.object({ page: z.url(), flags: z.array(z.string()) })),
});

describe('cloudbuild.yaml', () => {
  const folder = temporaryFolder();
  let build: Build;
  let all: Block[];
  let text: string;
  let calls: string[];

  before(async () => {
    all = await blocks();
    build = await loadBuild();
    const files = await readdir(join(ROOT, 'terraform', 'deploy'));
    const scripts = files.filter((file) => file.endsWith('.sh'));
    text = (
      await Promise.all(scripts.map((file) => readFile(join(ROOT, 'terraform', 'deploy', file), 'utf8')))
    ).join('\n');
  });

  /** What a whole deployment and a first one from a laptop call. */
  async function everyCall(): Promise<string[]> {
    if (calls) return calls;
    const stage = await openStage(folder());
    await runBuild(stage, build, { _DEPLOY: 'true' }, 'node *smoke-live.ts *');
    const variables = join(folder(), 'terraform', 'serverless', 'terraform.tfvars');
    const printed: string[] = [];
    for (const profile of ['profile = "small"\n', 'profile = "standard"\nhost = "audio.example.com"\n']) {
      await writeFile(variables, profile);
      const { code, output } = await stage.script(
        ['terraform/deploy/deploy.sh', '--project', 'demo-project', '--region', 'europe-west1', '--dry-run'],
        {},
      );
      assert.equal(code, 0, output);
      printed.push(...output.split('\n').filter((line) => line.startsWith('+ ')));
    }
    calls = [...(await stage.calls()), ...printed.map((line) => line.slice(2).replaceAll("'", ''))];
    return calls;
  }

  const place = (id: string) => build.steps.findIndex((step) => step.id === id);

  it('has the steps in order: each waits for what it needs', () => {
    const order = [
      'install',
      'types',
      'lint',
      'test',
      'bundle',
      'plan',
      'apply',
      'image',
      'doctor',
      'migrate',
    ];
    const rest = ['candidates', 'smoke-candidates', 'traffic', 'smoke-live', 'settle'];
    const places = [...order, ...rest].map(place);
    assert.ok(!places.includes(-1));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    for (const { id, waitFor } of build.steps) {
      for (const other of waitFor.filter((name) => name !== '-')) {
        assert.ok(place(other) >= 0 && place(other) < place(id), `${id} waits for ${other}`);
      }
    }
    const ahead = (id: string): string[] => {
      const { waitFor = [] } = build.steps[place(id)] ?? {};
      return waitFor.filter((name) => name !== '-').flatMap((name) => [name, ...ahead(name)]);
    };
    for (const id of ['migrate', 'smoke-candidates', 'doctor', 'apply', 'test']) {
      assert.ok(ahead('traffic').includes(id), `traffic does not wait for ${id}`);
    }
  });

  it('reaches the step that reports the result, whether or not traffic moved and the smoke on the live site passed', () => {
    const [traffic, live, settle] = ['traffic', 'smoke-live', 'settle'].map((id) => build.steps[place(id)]);
    assert.equal(traffic?.allowFailure, true);
    assert.equal(live?.allowFailure, true);
    assert.equal(settle?.allowFailure, undefined);
    assert.equal(build.steps.at(-1), settle);
    const failable = build.steps.filter(({ allowFailure }) => allowFailure).map(({ id }) => id);
    assert.deepEqual(failable, ['traffic', 'smoke-live']);
  });

  it('runs scripts that are there and may be executed, and npm scripts that package.json has', async () => {
    const manifest = z.object({ scripts: z.record(z.string(), z.string()) });
    const { scripts } = manifest.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name ?? '');
    for (const { entrypoint, args } of build.steps) {
      if (entrypoint === 'bash') await access(join(ROOT, args[0] ?? ''), constants.X_OK);
      if (entrypoint === 'npm' && args[0] === 'run') named.push(args[1] ?? '');
    }
    for (const name of named) assert.ok(scripts[name], name);
  });

  it('takes images by digest, by a variable with a default', () => {
    for (const { id, name } of build.steps) {
      const variable = /^\$(_[A-Z_]+)$/.exec(name)?.[1];
      assert.match(build.substitutions[variable ?? ''] ?? '', /@sha256:[0-9a-f]{64}$/, id);
    }
  });

  it('uses every substitution, and none without a default or a value of Cloud Build', () => {
    const used = new Set(JSON.stringify([build.steps, build.options]).match(/\$_[A-Z_]+/g));
    assert.deepEqual([...used].map((name) => name.slice(1)).sort(), Object.keys(build.substitutions).sort());
    const triggers = all.find(({ labels }) => labels[0] === 'google_cloudbuild_trigger');
    const given = Object.keys(z.record(z.string(), z.string()).parse(triggers?.body.substitutions));
    for (const name of given) assert.ok(build.substitutions[name] !== undefined, name);
  });

  it('deploys only where the trigger of the main branch says so', () => {
    assert.equal(build.substitutions._DEPLOY, 'false');
    const [trigger] = all.filter(({ labels }) => labels[0] === 'google_cloudbuild_trigger');
    assert.equal(trigger?.body.filename, 'cloudbuild.yaml');
  });

  it('logs to Cloud Logging, since an account of its own runs it', () => {
    assert.equal(build.options.logging, 'CLOUD_LOGGING_ONLY');
    assert.equal(build.options.substitutionOption, 'MUST_MATCH');
  });

  it('deploys every function that is registered, to the service that Terraform declares', async () => {
    const index = await readFile(join(ROOT, 'functions', 'index.ts'), 'utf8');
    const registered = [...index.matchAll(/http\('([\w-]+)'/g)].map(([, name]) => name ?? '');
    const deployed = new Map(
      (await everyCall())
        .map((call) => /^gcloud run deploy (\S+) .*--function=(\S+)/.exec(call))
        .map((found) => [found?.[2] ?? '', found?.[1] ?? ''] as const)
        .filter(([name]) => name),
    );
    assert.deepEqual([...deployed.keys()].sort(), registered.sort());
    for (const name of registered) assert.equal(deployed.get(name), `tonemill-${name}`);
    const targets = all
      .filter(({ file, kind }) => file === 'serverless/profile.tf' && kind === 'locals')
      .map(({ body }) => JSON.stringify(body))
      .join();
    for (const name of deployed.keys()) assert.ok(targets.includes(name), `Terraform has no ${name}`);
  });

  it('names only jobs, accounts, secrets, buckets and repositories that Terraform declares', async () => {
    const declared = declaredNames(all);
    const named = (await everyCall()).flatMap((call) => [
      ...call.matchAll(/gcloud run jobs \w+ (\S+)/g),
      ...call.matchAll(/serviceAccounts\/([\w-]+)@/g),
      ...call.matchAll(/--impersonate-service-account=([\w-]+)@/g),
      ...call.matchAll(/gcloud secrets versions \w+ (\S+)/g),
      ...call.matchAll(/gs:\/\/demo-project-([\w-]+)/g),
      ...call.matchAll(/docker\.pkg\.dev\/demo-project\/([\w-]+)/g),
    ]);
    const names = new Set(named.map(([, name]) => (name ?? '').replace(/^tonemill-?/, '')));
    // The state's own bucket is made before there is a state.
    names.delete('state');
    assert.ok(names.size >= 7, [...names].join());
    for (const name of names) assert.ok(declared.has(name), `Terraform declares no tonemill-${name}`);
  });

  it('passes gcloud only flags that its reference has', async () => {
    const reference = GCLOUD.parse(
      JSON.parse(await readFile(join(import.meta.dirname, 'gcloud.json'), 'utf8')),
    );
    const commands = Object.keys(reference.commands).sort((a, b) => b.length - a.length);
    const seen = new Set<string>();
    for (const call of await everyCall()) {
      if (!call.startsWith('gcloud ')) continue;
      const command = commands.find((name) => call.startsWith(`gcloud ${name} `));
      assert.ok(command, `the reference has no ${call}`);
      seen.add(command);
      const known = [...reference.wide, ...(reference.commands[command]?.flags ?? [])];
      for (const [, flag] of call.matchAll(/ --([a-z][a-z-]*)/g))
        assert.ok(known.includes(flag ?? ''), `${command} --${flag}`);
    }
    const unseen = commands.filter((name) => !seen.has(name) && name !== 'sql users set-password');
    assert.deepEqual(unseen, []);
  });
});

/** Names of the serverless root, without the prefix that var.name is. */
function declaredNames(all: readonly Block[]): Set<string> {
  const root = JSON.stringify(all.filter(({ file }) => file.startsWith('serverless/')));
  const names = [...root.matchAll(/\$\{var\.name\}-?([a-z-]*)/g)].map(([, name]) => name ?? '');
  const secrets = all.find(
    ({ file, kind, labels }) =>
      file === 'serverless/secrets.tf' && kind === 'module' && labels[0] === 'secrets',
  );
  return new Set([...names, ...Object.keys(z.record(z.string(), z.string()).parse(secrets?.body.secrets))]);
}
