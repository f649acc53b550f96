import assert from 'node:assert/strict';
import { problems } from './check.ts';
import { type Block, blocks } from './hcl.ts';
import { loadSchema, type ProviderSchema, SOURCE } from './schema.ts';

describe('The check against the published schema of the Google provider', () => {
  let all: Block[];
  let schema: ProviderSchema;

  before(async () => {
    all = await blocks();
    schema = await loadSchema();
  });

  it('finds nothing wrong in the configuration', () => {
    assert.deepEqual(problems(all, schema), []);
  });

  it('looks at every resource of both roots and of the modules', () => {
    const resources = all.filter(({ kind }) => kind === 'resource');
    assert.ok(resources.length > 80, `expected more than 80 resources, found ${resources.length}`);
    assert.equal(schema.source, SOURCE);
  });

  it('keeps nothing in the fixture that is not in use', () => {
    const used = (kind: string) =>
      new Set(all.filter((block) => block.kind === kind).map(({ labels }) => labels[0]));
    assert.deepEqual(Object.keys(schema.resources), [...used('resource')].sort());
    assert.deepEqual(Object.keys(schema.data), [...used('data')].sort());
  });

  const breakages: [
    title: string,
    type: string,
    change: (body: Record<string, unknown>) => void,
    problem: RegExp,
  ][] = [
    [
      'an unknown argument',
      'google_pubsub_topic',
      (body) => Object.assign(body, { retention: '600s' }),
      /google_pubsub_topic\.conversions has no argument retention$/,
    ],
    [
      'an unknown argument in a nested block',
      'google_pubsub_subscription',
      (body) => Object.assign(first(body, 'retry_policy'), { backoff: '10s' }),
      /google_pubsub_subscription\.conversions\.retry_policy has no argument backoff$/,
    ],
    [
      'an unknown argument in a dynamic block',
      'google_storage_bucket',
      (body) => Object.assign(first(first(first(body, 'dynamic'), 'cors'), 'content'), { headers: [] }),
      /google_storage_bucket\.this\.cors has no argument headers$/,
    ],
    [
      'a missing required argument',
      'google_storage_bucket',
      (body) => void delete body.location,
      /google_storage_bucket\.this lacks location$/,
    ],
    [
      'a missing required argument of a nested block',
      'google_compute_router_nat',
      (body) => void delete first(body, 'log_config').filter,
      /google_compute_router_nat\.this\.log_config lacks filter$/,
    ],
    [
      'a missing required block',
      'google_cloud_run_v2_service',
      (body) => void delete body.template,
      /google_cloud_run_v2_service\.this lacks template$/,
    ],
    [
      'a block written as an attribute',
      'google_sql_database_instance',
      (body) => Object.assign(body, { settings: first(body, 'settings') }),
      /google_sql_database_instance\.this\.settings is a block and not an attribute$/,
    ],
    [
      'an attribute written as a block',
      'google_pubsub_topic',
      (body) => Object.assign(body, { labels: [{ app: 'tonemill' }] }),
      /google_pubsub_topic\.conversions\.labels is an attribute and not a block$/,
    ],
    [
      'a block that may stand once and stands twice',
      'google_cloud_scheduler_job',
      (body) =>
        Object.assign(body, { http_target: [first(body, 'http_target'), first(body, 'http_target')] }),
      /google_cloud_scheduler_job\.sweep\.http_target may stand only once$/,
    ],
    [
      'a block one level too high',
      'google_cloud_run_v2_service',
      (body) => Object.assign(body, { vpc_access: first(body, 'template').vpc_access }),
      /google_cloud_run_v2_service\.this has no argument vpc_access$/,
    ],
    [
      'an argument that only the provider sets',
      'google_cloud_run_v2_service',
      (body) => Object.assign(body, { uri: 'https://tonemill.example' }),
      /google_cloud_run_v2_service\.this\.uri is set by the provider alone$/,
    ],
    [
      'a literal of the wrong type',
      'google_pubsub_subscription',
      (body) => Object.assign(body, { ack_deadline_seconds: 'long' }),
      /google_pubsub_subscription\.conversions\.ack_deadline_seconds is number$/,
    ],
  ];
  for (const [title, type, change, problem] of breakages) {
    it(`finds ${title}`, () => {
      const broken = structuredClone(all.find(({ labels }) => labels[0] === type));
      assert.ok(broken);
      change(broken.body);
      const found = problems([broken], schema);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', problem);
    });
  }

  it('finds a deprecated resource, and a type that the provider lacks', () => {
    const declared = (type: string): Block => ({
      file: 'x.tf',
      kind: 'resource',
      labels: [type, 'this'],
      body: {},
    });
    assert.match(problems([declared('google_container_registry')], schema)[0] ?? '', /is deprecated/);
    assert.match(problems([declared('google_pubsub_topik')], schema)[0] ?? '', /the schema lacks/);
  });
});

/** The first block of a kind in a parsed body. */
function first(body: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = body[name];
  const found: unknown = Array.isArray(value) ? value[0] : value;
  if (!isRecord(found)) throw new TypeError(`Expected a block ${name}.`);
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
