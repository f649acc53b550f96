import { type Block, type Body, isBlocks, isBody } from './hcl.ts';
import type { BlockSchema, NestedSchema, ProviderSchema } from './schema.ts';

/** Arguments that Terraform itself reads. */
const META = new Set([
  'count',
  'for_each',
  'depends_on',
  'provider',
  'lifecycle',
  'provisioner',
  'connection',
]);

/**
 * Resources that the provider or Google calls deprecated; the bindings' assembly does not say so.
 * Each with what takes its place.
 */
const DEPRECATED: Readonly<Record<string, string>> = {
  google_container_registry: 'google_artifact_registry_repository',
  google_cloudfunctions_function: 'google_cloud_run_v2_service',
  google_cloud_run_service: 'google_cloud_run_v2_service',
  google_cloud_run_domain_mapping: 'a load balancer',
  google_compute_ssl_certificate: 'google_compute_managed_ssl_certificate',
  google_iap_brand: 'the IAP pages of the console',
  google_iap_client: 'the IAP pages of the console',
  google_notebooks_instance: 'google_workbench_instance',
  google_notebooks_runtime: 'google_colab_runtime',
  google_sourcerepo_repository: 'a repository elsewhere',
  google_vpc_access_connector: 'direct VPC egress',
};

const KINDS = new Set(['resource', 'data', 'provider']);

/** Every argument, block and nesting that the provider would refuse; one sentence each. */
export function problems(blocks: readonly Block[], schema: ProviderSchema): string[] {
  return blocks
    .filter(({ kind }) => KINDS.has(kind))
    .flatMap((block) => problemsOf(block, schema).map((problem) => `${block.file}: ${problem}`));
}

function problemsOf({ kind, labels, body }: Block, schema: ProviderSchema): string[] {
  const [type = '', name = ''] = labels;
  if (kind === 'provider') return inBody('provider', withoutMeta(body), schema.configuration);
  const where = `${kind === 'data' ? 'data.' : ''}${type}.${name}`;
  const instead = DEPRECATED[type];
  if (instead !== undefined) return [`${where} is deprecated; take ${instead}`];
  const known = (kind === 'data' ? schema.data : schema.resources)[type];
  if (!known)
    return [`${where} is of a type that the schema lacks; is it spelt right, was the fixture made anew?`];
  return inBody(where, withoutMeta(body), known);
}

function withoutMeta(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !META.has(key)));
}

function inBody(where: string, body: Body, schema: BlockSchema): string[] {
  const given = { ...body, ...dynamicBlocks(body) };
  const entries = Object.entries(given).filter(([key]) => key !== 'dynamic');
  return [
    ...missing(where, given, schema),
    ...entries.flatMap(([key, value]) => inMember(where, key, value, schema)),
  ];
}

/** `dynamic "x" { content { ... } }` counts as blocks x, beside those that stand there plainly. */
function dynamicBlocks(body: Body): Record<string, Body[]> {
  if (!isBody(body.dynamic)) return {};
  return Object.fromEntries(
    Object.entries(body.dynamic).map(([name, uses]) => {
      const contents = bodies(uses).flatMap((use) => bodies(use.content));
      return [name, [...bodies(body[name]), ...contents.map((content) => ({ ...content, [DYNAMIC]: true }))]];
    }),
  );
}

/** Marks a block of which there may be none or many. */
const DYNAMIC = Symbol('dynamic');

function bodies(value: unknown): Body[] {
  return isBlocks(value) ? value : [];
}

function missing(where: string, body: Body, { attributes, blocks }: BlockSchema): string[] {
  const wanted = [
    ...Object.keys(attributes).filter((name) => attributes[name]?.endsWith('!')),
    ...Object.keys(blocks).filter((name) => blocks[name]?.required),
  ];
  return wanted.filter((name) => !(name in body)).map((name) => `${where} lacks ${name}`);
}

function inMember(where: string, key: string, value: unknown, { attributes, blocks }: BlockSchema): string[] {
  const type = attributes[key];
  const nested = blocks[key];
  if (nested) return inBlocks(`${where}.${key}`, value, nested);
  if (type === undefined) return [`${where} has no argument ${key}`];
  if (type.endsWith('=')) return [`${where}.${key} is set by the provider alone`];
  if (isBlocks(value)) return [`${where}.${key} is an attribute and not a block`];
  return literal(`${where}.${key}`, value, type.replace('!', ''));
}

function inBlocks(where: string, value: unknown, schema: NestedSchema): string[] {
  if (!Array.isArray(value) || !value.every(isBody)) return [`${where} is a block and not an attribute`];
  const plain = value.filter((body) => !Object.getOwnPropertySymbols(body).includes(DYNAMIC));
  const often = schema.nesting === 'single' && plain.length > 1 ? [`${where} may stand only once`] : [];
  return [...often, ...value.flatMap((body) => inBody(where, body, schema))];
}

/** Values that stand there literally; expressions are Terraform's to judge. */
function literal(where: string, value: unknown, type: string): string[] {
  const fits = (): boolean => {
    if (typeof value === 'string') return value.includes('${') || type === 'string' || scalar(value, type);
    if (typeof value === 'boolean') return type === 'bool';
    if (typeof value === 'number') return type === 'number';
    if (Array.isArray(value)) return /^(list|set)\(/.test(type);
    return type.startsWith('map(');
  };
  return value === null || fits() ? [] : [`${where} is ${type}`];
}

function scalar(value: string, type: string): boolean {
  return type === 'number'
    ? value !== '' && Number.isFinite(Number(value))
    : /^(true|false)$/.test(value) && type === 'bool';
}
