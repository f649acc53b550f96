import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { ROOT } from './build.ts';

const MANIFEST = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

/** npm scripts that run tests, faults or benchmarks, or hold the code to its rules. */
const OF_DEVELOPMENT =
  /^(test|bench|types|lint|format|check|chaos|coverage|client|screenshots|dev:console)\b/;

const SHIPPED = ['functions', 'lib', 'terraform', 'cloudbuild.yaml', 'package.json', 'package-lock.json'];

describe('Files that ship', () => {
  const folder = temporaryFolder();
  const manifest = MANIFEST.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

  it('are named by every npm script but those of development', () => {
    const product = Object.entries(manifest.scripts).filter(([name]) => !OF_DEVELOPMENT.test(name));
    assert.ok(product.length > 10);
    for (const [name, script] of product) assert.doesNotMatch(script, /\btest\//, name);
  });

  it('name no file under test/, but for the step that runs the tests', () => {
    const files = [
      'cloudbuild.yaml',
      ...globSync('{functions,lib,terraform}/**/*.{ts,sh,tf,tftpl}', { cwd: ROOT }),
    ];
    assert.ok(files.includes(join('terraform', 'deploy', 'deploy.sh')));
    const naming = files.filter((file) => /\btest\/[a-z]/.test(readFileSync(join(ROOT, file), 'utf8')));
    assert.deepEqual(naming, [join('terraform', 'deploy', 'tests.sh')]);
  });

  it('import no package of development', () => {
    const given = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const missing = globSync('{functions,lib,terraform}/**/*.ts', { cwd: ROOT }).flatMap((file) =>
      packagesOf(readFileSync(join(ROOT, file), 'utf8'))
        .filter((name) => !(name in given))
        .map((name) => `${file}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it('deploy, bundle, emulate and release in a checkout without test/', async () => {
    const copy = folder();
    for (const name of SHIPPED)
      await cp(join(ROOT, name), join(copy, name), { recursive: true, filter: isSource });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const options = { cwd: copy, env: { PATH: process.env.PATH } };
    const args = ['--project', 'demo-project', '--region', 'europe-west1', '--dry-run'];
    const { stdout } = await run('bash', ['terraform/deploy/deploy.sh', ...args], options);
    assert.match(stdout, /^== 8 of 8/m);
    const modules = [
      'functions/bundle/stage.ts',
      'lib/emulate/emulation.ts',
      'terraform/deploy/changelog.ts',
    ];
    const load = modules.map((path) => `await import('./${path}');`).join('');
    await run(process.execPath, ['--input-type=module', '--eval', load], options);
    const running = { STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1', PUBSUB_EMULATOR_HOST: '127.0.0.1:1' };
    const emulators = await run(process.execPath, ['lib/emulate/emulators.ts'], { ...options, env: running });
    assert.match(emulators.stdout, /^export PUBSUB_EMULATOR_HOST=/m);
  });
});

function isSource(path: string): boolean {
  return !/[\\/]\.terraform([\\/]|$)/.test(path);
}

/** Names of the packages that a module imports when it runs; types are erased. */
function packagesOf(text: string): string[] {
  const code = text.replaceAll(/^(import|export) type [^;]*;/gms, '');
  const names = code.matchAll(/(?:^(?:import|export)\s[^;'=(]*\bfrom\s|^import\s|\bimport\()\s*'([^']+)'/gm);
  return [...names].flatMap(([, name = '']) => /^(?!node:)(?:@[\w.-]+\/)?\w[\w.-]*/.exec(name)?.[0] ?? []);
}
