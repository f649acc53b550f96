/**
 * Distils the schema of the resources in use from the published bindings of the provider.
 *
 *     node test/terraform/distil.ts PACKAGE_FOLDER > test/terraform/schema.json
 *
 * The jsii assembly says what is required and of what type; it has only camel-case names and no word on blocks, so
 * those two come from the package's own code, which holds a table of them for every struct.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { blocks } from './hcl.ts';
import { type BlockSchema, formatSchema, type NestedSchema, type ProviderSchema, SOURCE } from './schema.ts';

const typeReference: z.ZodType<TypeReference> = z.lazy(() =>
  z.object({
    primitive: z.string().optional(),
    fqn: z.string().optional(),
    collection: z.object({ kind: z.string(), elementtype: typeReference }).optional(),
    union: z.object({ types: z.array(typeReference) }).optional(),
  }),
);

interface TypeReference {
  primitive?: string | undefined;
  fqn?: string | undefined;
  collection?: { kind: string; elementtype: TypeReference } | undefined;
  union?: { types: TypeReference[] } | undefined;
}

const property = z.object({ name: z.string(), type: typeReference, optional: z.boolean().optional() });
type Property = z.output<typeof property>;

const assembly = z.object({
  types: z.record(
    z.string(),
    z.object({
      kind: z.string(),
      properties: z.array(property).optional(),
      locationInModule: z.object({ filename: z.string() }).optional(),
    }),
  ),
});
type Assembly = z.output<typeof assembly>;

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  cdktf: z.object({ provider: z.object({ name: z.string(), version: z.string() }) }),
});

/** What the code's tables say of one member. */
interface Member {
  readonly name: string;
  readonly isBlock: boolean;
  readonly collection: string;
}

/** By function (lower case), then by camel-case name. */
type Tables = Map<string, Map<string, Member>>;

/** @param folder the unpacked package, with `.jsii`, `package.json` and `lib` */
export async function distil(folder: string): Promise<ProviderSchema> {
  const { name, version, cdktf } = manifest.parse(
    JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')),
  );
  if (`${name}@${version}` !== SOURCE) throw new TypeError(`Expected ${SOURCE}, got ${name}@${version}.`);
  const { types } = assembly.parse(JSON.parse(await readFile(join(folder, '.jsii'), 'utf8')));
  const all = await blocks();
  const used = (kind: string) => [
    ...new Set(all.filter((block) => block.kind === kind).map((block) => block.labels[0] ?? '')),
  ];
  const read = (prefix: string) => async (resource: string) => {
    const reader = await openResource(folder, types, `${prefix}${resource}`);
    return [resource, reader] as const;
  };
  return {
    source: SOURCE,
    provider: `${cdktf.provider.name.split('/').slice(-2).join('/')} ${cdktf.provider.version}`,
    configuration: await openResource(folder, types, 'google_provider', 'googleproviderconfig'),
    resources: Object.fromEntries(await Promise.all(used('resource').map(read('')))),
    data: Object.fromEntries(await Promise.all(used('data').map(read('data_')))),
  };
}

/** Members that belong to Terraform and not to the provider. */
const META = new Set([
  'alias',
  'connection',
  'count',
  'dependsOn',
  'forEach',
  'lifecycle',
  'provider',
  'provisioners',
]);

async function openResource(
  folder: string,
  types: Assembly['types'],
  resource: string,
  wanted = `${resource.replace(/^google_/, '').replaceAll('_', '')}config`,
): Promise<BlockSchema> {
  const fqn = Object.keys(types).find((name) => name.split('.')[2]?.toLowerCase() === wanted);
  const type = fqn === undefined ? undefined : types[fqn];
  if (fqn === undefined || !type?.locationInModule) throw new TypeError(`${SOURCE} knows no ${resource}.`);
  const code = join(folder, type.locationInModule.filename.replace(/^src/, 'lib').replace(/\.ts$/, '.js'));
  const tables = readTables(await readFile(code, 'utf8'));
  const own = fqn.replace(/Config$/, '');
  const properties = (type.properties ?? []).filter(({ name }) => !META.has(name));
  return struct({
    types,
    tables,
    properties,
    table: 'synthesizehclattributes',
    computed: types[own]?.properties ?? [],
  });
}

interface Struct {
  readonly types: Assembly['types'];
  readonly tables: Tables;
  readonly properties: readonly Property[];
  readonly table: string;
  /** Getters of the class that reads the struct back: what it has and the struct has not, the provider sets. */
  readonly computed: readonly Property[];
}

function struct({ types, tables, properties, table, computed }: Struct): BlockSchema {
  const attributes: Record<string, string> = {};
  const nested: Record<string, NestedSchema> = {};
  for (const { name, type, optional } of properties) {
    const members = tables.get(table);
    // A member whose name the bindings' own class needs is called nameAttribute outside, and name in the table.
    const member = members?.get(name) ?? members?.get(name.replace(/Attribute$/, ''));
    if (!member) throw new TypeError(`The package's code has no ${name} in ${table}.`);
    const inner = structOf(type);
    if (inner === undefined) attributes[member.name] = `${hclType(type, member)}${optional ? '' : '!'}`;
    else {
      if (!member.isBlock && member.name !== 'timeouts')
        throw new TypeError(`${member.name} is an attribute of objects.`);
      nested[member.name] = { ...nesting(type, member, optional ?? false), ...open(types, tables, inner) };
    }
  }
  return { attributes: { ...attributes, ...computedOnly(properties, computed) }, blocks: nested };
}

function open(types: Assembly['types'], tables: Tables, fqn: string): BlockSchema {
  return struct({
    types,
    tables,
    properties: types[fqn]?.properties ?? [],
    table: `${fqn.split('.')[2] ?? ''}tohclterraform`.toLowerCase(),
    computed: types[`${fqn}OutputReference`]?.properties ?? [],
  });
}

function nesting(
  type: TypeReference,
  member: Member,
  optional: boolean,
): Pick<NestedSchema, 'nesting' | 'required'> {
  const single = type.fqn !== undefined;
  return { nesting: single ? 'single' : member.collection === 'set' ? 'set' : 'list', required: !optional };
}

/** The struct that a block's member holds, also where a token may stand for it. */
function structOf(type: TypeReference): string | undefined {
  if (type.fqn !== undefined) return type.fqn === 'cdktf.IResolvable' ? undefined : type.fqn;
  if (type.collection) return structOf(type.collection.elementtype);
  return type.union?.types.map(structOf).find((fqn) => fqn !== undefined);
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  any: 'any',
};

function hclType(type: TypeReference, member?: Member): string {
  if (type.primitive !== undefined) return PRIMITIVES[type.primitive] ?? 'any';
  if (type.collection) {
    const kind = type.collection.kind === 'map' ? 'map' : member?.collection === 'set' ? 'set' : 'list';
    return `${kind}(${hclType(type.collection.elementtype)})`;
  }
  const known = type.union?.types.filter(({ fqn }) => fqn !== 'cdktf.IResolvable')[0];
  return known ? hclType(known, member) : fromClass(type.fqn);
}

/** Maps and tokens that the provider alone sets come as classes of cdktf. */
function fromClass(fqn: string | undefined): string {
  if (fqn === 'cdktf.StringMap') return 'map(string)';
  if (fqn === 'cdktf.IResolvable') return 'bool';
  return 'any';
}

const INTERNAL = /Input$|^(internalValue|fqn|tfResourceType|cdktfStack|constructNodeMetadata)$/;

function computedOnly(properties: readonly Property[], getters: readonly Property[]): Record<string, string> {
  const given = new Set(properties.map(({ name }) => name));
  return Object.fromEntries(
    getters
      .filter(({ name }) => !INTERNAL.test(name) && !given.has(name))
      .filter(({ type }) => !type.fqn?.includes('provider-google'))
      .map(({ name, type }) => [snake(name), `${hclType(type)}=`]),
  );
}

function snake(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const FUNCTION = /^(?:function (\w+ToHclTerraform)\(struct\)|\s+(synthesizeHclAttributes)\(\))/;
const MEMBER = /^ {8,12}(\w+): \{$/;
const VALUE = /^\s+value: .*\b(?:struct|this)\.(\w+?)(?:\.internalValue)?\)?,$/;
const IS_BLOCK = /^\s+isBlock: (true|false),$/;
const COLLECTION = /^\s+type: "(\w+)",$/;

/** The tables `name: { value: ...struct.camelCase, isBlock, type }` of the generated code. */
function readTables(code: string): Tables {
  const tables: Tables = new Map();
  let table = new Map<string, Member>();
  let name = '';
  let camel = '';
  let isBlock = false;
  for (const line of code.split('\n')) {
    const started = FUNCTION.exec(line);
    if (started) {
      table = new Map();
      tables.set((started[1] ?? started[2] ?? '').toLowerCase(), table);
    }
    name = MEMBER.exec(line)?.[1] ?? name;
    camel = VALUE.exec(line)?.[1]?.replace(/^_/, '') ?? camel;
    const block = IS_BLOCK.exec(line)?.[1];
    if (block !== undefined) isBlock = block === 'true';
    const collection = COLLECTION.exec(line)?.[1];
    if (collection !== undefined) table.set(camel, { name, isBlock, collection });
  }
  return tables;
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined) throw new TypeError('Expected the folder of the unpacked package.');
  process.stdout.write(formatSchema(await distil(folder)));
}
