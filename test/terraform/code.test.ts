import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp } from '../../lib/app/app.ts';
import { createTarget, TARGETS, type TargetName } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Block, type Body, blocks, isBlocks, isBody, TERRAFORM } from './hcl.ts';
import { EVERY, FUNCTIONS, MACHINES, type Readers, ROLES, SAMPLES } from './readers.ts';

describe('The Terraform configuration', () => {
  const folder = temporaryFolder();
  let all: Block[];
  let functions: Body;

  before(async () => {
    all = await blocks();
    const declared = locals(all, 'serverless').functions;
    assert.ok(isBody(declared));
    functions = declared;
  });

  it('has a service, an account and a caller for every function that is registered', async () => {
    const index = await readFile(join(TERRAFORM, '..', 'functions', 'index.ts'), 'utf8');
    const registered = [...index.matchAll(/http\('([\w-]+)'/g)].map(([, name]) => name ?? '');
    assert.deepEqual(registered.sort(), Object.keys(TARGETS).sort());
    assert.deepEqual(Object.keys(functions).sort(), registered);
    const { profiles, event_targets } = locals(all, 'serverless');
    assert.ok(isBody(profiles) && isBody(profiles.small) && isBody(profiles.standard));
    const { small, standard } = profiles;
    const inProfile = (of: Body, name: string) =>
      isBody(of.scaling) && isBody(of.scaling[name]) && `${of.targets}${event_targets}`.includes(name);
    for (const name of registered) {
      const declared = functions[name];
      assert.ok(isBody(declared), `serverless/functions.tf has no ${name}`);
      assert.ok(inProfile(small, name) || inProfile(standard, name), `no profile has ${name}`);
      const callers = Array.isArray(declared.callers) ? declared.callers : [];
      assert.ok(declared.public === true || callers.length > 0, `nobody may call ${name}`);
    }
  });

  it('sends every route to the function that serves it', async () => {
    const config = loadConfig({ TONEMILL_DATA: folder(), PATH: process.env.PATH }, 'functions');
    const app = createApp(config, silentLog, 'test');
    const front = all.find(
      ({ file, kind, labels }) => file.startsWith('serverless') && kind === 'module' && labels[0] === 'front',
    );
    const rules = rulesOf(front?.body.routes);
    assert.ok(rules.length >= 6);
    const alone = (await createTarget('api', app)).routes.map(({ method, path }) => `${method} ${path}`);
    for (const name of ['auth', 'tasks', 'site'] satisfies TargetName[]) {
      for (const { path } of (await createTarget(name, app)).routes.filter(
        // Each function has metrics of its own, at its own address.
        ({ method, path }) => method !== 'ALL' && path !== '/metrics',
      )) {
        const asked = path.replace(/:\w+(\{[^}]*\})?/g, '1').replace(/\*$/, 'x');
        assert.equal(servedBy(rules, asked), name, `${path} of ${name}`);
        assert.ok(
          alone.some((route) => route.endsWith(` ${path}`)),
          `api has no ${path}`,
        );
      }
    }
    await app.close();
  });

  for (const name of EVERY) {
    it(`sets what the function ${name} reads`, () => {
      const { environment, ...rest } = locals(all, 'serverless');
      const own = functions[name];
      assert.ok(isBody(own));
      const module = moduleOf(all, name === 'uploaded' ? 'uploaded' : 'function');
      const set = { ...values(environment), ...values(own.environment), ...values(module.environment) };
      for (const local of String(own.secrets).matchAll(/local\.(\w+)/g)) {
        Object.assign(set, values(rest[local[1] ?? '']));
      }
      assert.deepEqual(expected(FUNCTIONS, name), names(set));
      assert.doesNotThrow(() => loadConfig({ ...set, K_SERVICE: `tonemill-${name}` }, 'functions'));
    });
  }

  for (const role of ROLES) {
    it(`sets what ${role} machines read`, () => {
      const { common_environment, queue_environment, traces_environment, environment, secrets } = locals(
        all,
        'vm',
      );
      const [own, secret] = [environment, secrets].map((of) => (isBody(of) ? of[role] : undefined));
      const set = {
        ...values(common_environment),
        ...values(queue_environment),
        ...values(traces_environment),
        ...values(own),
        ...values(secret),
      };
      assert.deepEqual(expected(MACHINES, role), names(set));
      assert.doesNotThrow(() => loadConfig(set, 'vm'));
    });
  }

  it('looks for log lines that the code writes', async () => {
    const code = await readFile(join(TERRAFORM, '..', 'lib', 'conversions', 'failed-attempt.ts'), 'utf8');
    for (const root of ['serverless', 'vm']) {
      const filter = String(variable(all, root, 'conversion_failed_filter').default);
      const sentences = [...filter.matchAll(/"([^"]+)"/g)].map(([, sentence]) => sentence ?? '');
      assert.ok(sentences.length > 0);
      for (const sentence of sentences) assert.ok(code.includes(sentence), `nothing says ${sentence}`);
    }
    const sandbox = await readFile(join(TERRAFORM, '..', 'lib', 'process', 'sandbox.ts'), 'utf8');
    for (const root of ['serverless', 'vm']) {
      const alerts = await readFile(join(TERRAFORM, root, 'alerts.tf'), 'utf8');
      const [, sentence = ''] =
        /weak_sandboxes = \{[\s\S]*?jsonPayload\.message : \\"([^"]+)\\"/.exec(alerts) ?? [];
      assert.ok(sentence !== '' && sandbox.includes(sentence), `nothing says ${sentence}`);
    }
  });
});

function locals(all: readonly Block[], root: string): Body {
  const found = all.filter(({ file, kind }) => kind === 'locals' && file.startsWith(`${root}/`));
  return Object.assign({}, ...found.map(({ body }) => body));
}

function variable(all: readonly Block[], root: string, name: string): Body {
  const found = all.find(
    ({ file, kind, labels }) => kind === 'variable' && file === `${root}/variables.tf` && labels[0] === name,
  );
  assert.ok(found, `${root} has no variable ${name}`);
  return found.body;
}

function moduleOf(all: readonly Block[], name: string): Body {
  const found = all.find(
    ({ file, kind, labels }) => kind === 'module' && file === 'serverless/functions.tf' && labels[0] === name,
  );
  assert.ok(found, `serverless/functions.tf has no module ${name}`);
  return found.body;
}

/** Variables that an object, or the text of an expression, sets; with its literal or a sample. */
function values(source: unknown): Record<string, string> {
  const entries = isBody(source)
    ? Object.entries(source)
    : [...String(source).matchAll(/\b([A-Z][A-Z0-9_]+)\s*=\s*(?:"([^"$]*)")?/g)].map(
        ([, name = '', value]) => [name, value],
      );
  return Object.fromEntries(
    entries.map(([name, value]) => [String(name), literal(value) ?? SAMPLES[String(name)] ?? '1']),
  );
}

function literal(value: unknown): string | undefined {
  return typeof value === 'string' && !/\$\{/.test(value) ? value : undefined;
}

/** Node's own; functions-framework hides stacks by NODE_ENV. */
const OF_NODE = new Set(['NODE_ENV', 'UV_THREADPOOL_SIZE']);

function names(set: Record<string, string>): string[] {
  return Object.keys(set)
    .filter((name) => !OF_NODE.has(name))
    .sort();
}

function expected<T extends string>(readers: Readers<T>, name: T): string[] {
  const reads = (of: readonly T[] | string) => typeof of !== 'string' && of.includes(name);
  return Object.entries(readers)
    .filter(([, of]) => reads(of))
    .map(([variable]) => variable)
    .sort();
}

interface Rule {
  readonly path: string;
  readonly target: string;
}

function rulesOf(routes: unknown): Rule[] {
  assert.ok(isBlocks(routes));
  return routes.flatMap(({ paths, backend }) => {
    const target = /function\["(\w+)"\]/.exec(String(backend))?.[1] ?? '';
    return Array.isArray(paths) ? paths.map((path) => ({ path: String(path), target })) : [];
  });
}

/** As the load balancer chooses: the longest path that fits, else the default. */
function servedBy(rules: readonly Rule[], asked: string): string {
  const fits = ({ path }: Rule) =>
    path.endsWith('/*') ? asked.startsWith(path.slice(0, -1)) || asked === path.slice(0, -2) : path === asked;
  const [best] = rules.filter(fits).sort((a, b) => b.path.length - a.path.length);
  return best?.target ?? 'site';
}
