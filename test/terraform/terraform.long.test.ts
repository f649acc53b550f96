import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOTS, TERRAFORM, terraformFiles } from './hcl.ts';
import {
  CHANGED_IN_PLACE,
  type Change,
  changedPaths,
  HOLDS_DATA,
  plannedChanges,
} from './planned-changes.ts';
import { FIXTURE, loadSchema } from './schema.ts';

const run = promisify(execFile);

/** Verbose output contains the schema of the provider with every state. */
const BYTES = 256 * 1024 * 1024;

/**
 * Terraform itself, on a copy. Where TERRAFORM_MIRROR names a file-system mirror that holds the real provider, with
 * that; else with the stand-in, which knows the same schema and is built by Go.
 */
describe('terraform', function () {
  this.timeout(600_000);
  let work: string;
  let copy: string;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    for (const [program, argument] of [['terraform', 'version'], ...(mirror() ? [] : [['go', 'version']])]) {
      if (program !== undefined && !(await answers(program, argument))) {
        console.warn(`      ${program} is not on PATH: fmt, validate and test are left out.`);
        this.skip();
      }
    }
    work = await mkdtemp(join(tmpdir(), 'tonemill-terraform-'));
    copy = join(work, 'terraform');
    await cp(TERRAFORM, copy, { recursive: true, filter: (path) => !path.includes('.terraform') });
    env = { ...process.env, ...(await useProvider(work)), CHECKPOINT_DISABLE: '1' };
    for (const root of ROOTS) await terraform(root, 'init', '-backend=false', '-input=false');
  });

  after(async () => {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  });

  it('finds every file formatted', async () => {
    const { stdout } = await run('terraform', ['fmt', '-check', '-recursive', copy], { env });
    assert.equal(stdout, '');
  });

  for (const root of ROOTS) {
    it(`finds the ${root} root valid`, async () => {
      const { valid, diagnostics } = JSON.parse(await terraform(root, 'validate', '-json'));
      assert.deepEqual({ valid, diagnostics }, { valid: true, diagnostics: [] });
    });

    it(`plans the ${root} root as its tests expect`, async () => {
      const { length } = (await terraform(root, 'test')).match(/\.\.\. pass$/gm) ?? [];
      assert.ok(length > 8, `expected more than 8 passes, got ${length}`);
    });
  }

  describe('in growing from the small profile to the standard one', () => {
    let changes: readonly Change[];

    before(async () => {
      changes = await growth();
    });

    it('changes what holds data in place only', () => {
      const holders = changes.filter(({ type }) => HOLDS_DATA.has(type));
      for (const type of HOLDS_DATA)
        assert.ok(
          holders.some((holder) => holder.type === type),
          type,
        );
      for (const { address, actions, before, after } of holders) {
        assert.ok(['no-op', 'update'].includes(actions.join()), `${address}: ${actions}`);
        const others = changedPaths(before, after).filter((path) => !CHANGED_IN_PLACE.has(path));
        assert.deepEqual(others, [], address);
      }
      const database = holders.find(({ type }) => type === 'google_sql_database_instance');
      assert.deepEqual(database?.actions, ['update']);
    });

    it('removes only the function api and its rights, which nothing protects', () => {
      const gone = changes.filter(({ actions }) => actions.includes('delete'));
      for (const { address } of gone) assert.match(address, /\["api[" ]/);
      const services = gone.filter(({ type }) => type === 'google_cloud_run_v2_service');
      assert.equal(services.length, 1);
      assert.ok(services.every(({ before }) => 'deletion_protection' in Object(before)));
      for (const { before } of services) assert.equal(Object(before).deletion_protection, false);
    });
  });

  /** Changes of the second plan of growth.tftest.hcl. Its state is of no worth, and is destroyed at its end. */
  async function growth(): Promise<Change[]> {
    const folder = join(work, 'growth');
    await cp(TERRAFORM, folder, { recursive: true, filter: (path) => !path.includes('.terraform') });
    for (const file of await terraformFiles(folder)) {
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll('prevent_destroy = true', 'prevent_destroy = false'));
    }
    const tests = 'tests/growth.tftest.hcl';
    await cp(join(import.meta.dirname, 'growth.tftest.hcl'), join(folder, 'serverless', tests));
    await terraform('../growth/serverless', 'init', '-backend=false', '-input=false');
    const args = ['test', '-json', '-verbose', `-filter=${tests}`];
    return plannedChanges(await terraform('../growth/serverless', ...args));
  }

  async function terraform(root: string, ...args: string[]): Promise<string> {
    const [command = '', ...rest] = args;
    try {
      const { stdout } = await run(
        'terraform',
        [`-chdir=${join(copy, root)}`, command, '-no-color', ...rest],
        { env, maxBuffer: BYTES },
      );
      return stdout;
    } catch (error) {
      if (error instanceof Error && 'stdout' in error) error.message += `\n${error.stdout}`;
      throw error;
    }
  }
});

function mirror(): string | undefined {
  return process.env.TERRAFORM_MIRROR;
}

async function answers(program: string, argument = ''): Promise<boolean> {
  try {
    await run(program, [argument]);
    return true;
  } catch {
    return false;
  }
}

/** Writes a CLI configuration that takes providers from a folder only, and answers the variables that it needs. */
async function useProvider(work: string): Promise<Record<string, string>> {
  const folder = mirror() ?? (await buildStandIn(work));
  const configuration = join(work, 'terraformrc');
  await writeFile(
    configuration,
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(folder)}\n  }\n}\n`,
  );
  return { TF_CLI_CONFIG_FILE: configuration, TONEMILL_SCHEMA: FIXTURE };
}

/** A mirror has a folder for each provider, version and platform. */
async function buildStandIn(work: string): Promise<string> {
  const { provider } = await loadSchema();
  const [name = '', version = ''] = provider.split(' ');
  const { stdout } = await run('go', ['env', 'GOOS', 'GOARCH']);
  const folder = join(
    work,
    'mirror',
    'registry.terraform.io',
    name,
    version,
    stdout.trim().replace('\n', '_'),
  );
  await mkdir(folder, { recursive: true });
  const binary = join(folder, `terraform-provider-google_v${version}`);
  await run('go', ['build', '-o', binary, '.'], { cwd: join(import.meta.dirname, 'stand-in') });
  return join(work, 'mirror');
}
