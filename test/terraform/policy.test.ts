import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type Block, type Body, blocks, isBody, terraformFiles } from './hcl.ts';
import { loadSchema } from './schema.ts';

/** Grants on the whole project, by resource, and why nothing smaller takes them. */
const ON_PROJECT: Readonly<Record<string, string>> = {
  'modules/database client': 'Cloud SQL has no policy on an instance; a condition narrows it',
  'serverless storage_publishes': "Eventarc's topic for a bucket is made by the trigger",
  'serverless events_received': 'the role exists on projects only',
  'serverless build': 'log entries and builds',
  'serverless infrastructure': 'what Terraform makes does not exist yet',
  'serverless infrastructure_grants': 'a condition narrows it to the roles of this root',
  'vm telemetry': 'log entries and metrics',
};

/** What holds data. */
const HOLDS_DATA = [
  'google_compute_disk',
  'google_filestore_instance',
  'google_secret_manager_secret',
  'google_sql_database_instance',
  'google_storage_bucket',
];

describe('Terraform', () => {
  let all: Block[];
  let text: string;

  before(async () => {
    all = await blocks();
    const files = await terraformFiles();
    text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
  });

  const declared = (kind: string, type?: string) =>
    all.filter((block) => block.kind === kind && (type === undefined || block.labels[0] === type));

  it('gives every variable a type, a description and a validation, but for those that are true or false', () => {
    for (const { file, labels, body } of declared('variable')) {
      const where = `${file} ${labels[0]}`;
      assert.ok(body.type, `${where} has no type`);
      assert.match(String(body.description), /^\p{Lu}.*\.$/u, `${where} has no description`);
      if (!/^\$\{bool\}$/.test(String(body.type))) assert.ok(body.validation, `${where} has no validation`);
    }
  });

  it('describes every output', () => {
    for (const { file, labels, body } of declared('output')) {
      assert.match(String(body.description), /^\p{Lu}.*\.$/u, `${file} ${labels[0]} has no description`);
    }
  });

  it('labels everything that takes labels', async () => {
    const { resources } = await loadSchema();
    for (const { file, labels, body } of declared('resource')) {
      const takes = resources[labels[0] ?? '']?.attributes ?? {};
      for (const name of ['labels', 'user_labels']) {
        const type = takes[name];
        if (type === undefined || type.endsWith('=')) continue;
        assert.ok(body[name], `${file} ${labels.join('.')} has no ${name}`);
      }
    }
  });

  it('opens nothing to everybody but the functions behind the load balancer', () => {
    const { length } = text.match(/allUsers/g) ?? [];
    assert.equal(length, 4, 'in functions.tf, and three times where modules/service says what it takes');
    assert.match(text, /invokers = each\.value\.public \? \{ everyone = "allUsers" \} : \{/);
    assert.doesNotMatch(text, /allAuthenticatedUsers/);
  });

  it('makes no account owner or editor of the project', () => {
    assert.doesNotMatch(text, /roles\/(owner|editor)\b/);
  });

  it('grants on the project only what has no smaller home', () => {
    const found = [
      ...declared('resource', 'google_project_iam_member'),
      ...declared('resource', 'google_project_iam_binding'),
    ];
    const names = found.map(({ file, labels }) => `${file.replace(/\/[^/]*$/, '')} ${labels[1]}`);
    assert.deepEqual(names.sort(), Object.keys(ON_PROJECT).sort());
  });

  it('holds no secret and takes none', () => {
    assert.deepEqual(declared('resource', 'google_secret_manager_secret_version'), []);
    assert.doesNotMatch(text, /BEGIN [A-Z ]*PRIVATE KEY|^\s*(password|root_password|secret_data)\b.*=/m);
    const taken = declared('variable').map(({ labels }) => labels[0] ?? '');
    assert.deepEqual(
      taken.filter((name) => /password|credential|token|private/.test(name)),
      [],
    );
  });

  it('lets nothing that holds data be destroyed by mistake', () => {
    const holders = declared('resource').filter(({ labels }) => HOLDS_DATA.includes(labels[0] ?? ''));
    assert.deepEqual([...new Set(holders.map(({ labels }) => labels[0]))].sort(), HOLDS_DATA);
    for (const { file, labels, body } of holders) {
      const [lifecycle] = Array.isArray(body.lifecycle) ? body.lifecycle : [];
      const kept = isBody(lifecycle) && lifecycle.prevent_destroy === true;
      assert.ok(kept || protectedByVariable(body), `${file} ${labels.join('.')} can be destroyed`);
    }
  });

  it('lets functions reach the APIs of Google and the database only, but for those that ask servers of users', () => {
    const { functions } = Object.assign(
      {},
      ...all
        .filter(({ file, kind }) => file === 'serverless/functions.tf' && kind === 'locals')
        .map(({ body }) => body),
    );
    assert.ok(isBody(functions));
    const outward = Object.entries(functions).flatMap(([name, of]) =>
      isBody(of) && of.outward === false ? [] : [name],
    );
    assert.deepEqual(outward.sort(), ['sweep', 'transfer']);
    const services = declared('module').filter(({ body }) => body.source === '../modules/service');
    assert.equal(services.length, 2);
    for (const { labels, body } of services) {
      const enclosed =
        labels[0] === 'uploaded' ? /^ALL_TRAFFIC$/ : /outward \? "PRIVATE_RANGES_ONLY" : "ALL_TRAFFIC"/;
      assert.match(String(body.egress), enclosed);
      assert.match(String(body.network_tags), /local\.enclosed/);
    }
    const rules = declared('resource', 'google_compute_firewall').filter(
      ({ body }) => body.direction === 'EGRESS',
    );
    for (const { body } of rules) assert.match(String(body.target_tags), /local\.enclosed/);
    const [denying, ...others] = rules.filter(({ body }) => body.deny !== undefined);
    assert.deepEqual([denying?.body.destination_ranges, others], [['0.0.0.0/0'], []]);
    const allowing = rules.filter(({ body }) => body.allow !== undefined);
    for (const { body } of allowing) assert.ok(Number(body.priority) < Number(denying?.body.priority));
  });

  it('has a network of its own, and no machine with an address outside', () => {
    for (const { body } of declared('resource', 'google_compute_network')) {
      assert.equal(body.auto_create_subnetworks, false);
    }
    assert.doesNotMatch(text, /\bnetwork\s*=\s*"default"|access_config/);
  });
});

function protectedByVariable(body: Body): boolean {
  return [body.deletion_protection, body.deletion_protection_enabled].some((value) =>
    String(value).includes('var.deletion_protection'),
  );
}
