import { z } from '@hono/zod-openapi';
import { FORMATS, type Format } from '../../audio/formats/formats.ts';
import { describeAnyOptions, describeOptions } from '../../audio/formats/options.ts';

/** JSON Schema of an object. */
export const OBJECT = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) });

export type Properties = z.output<typeof OBJECT>['properties'];

/** Formats that take the same options, and the name that these options have in the document. */
interface Group {
  name: string;
  formats: string[];
  options: z.output<typeof OBJECT>;
}

/** Names of all formats. A service offers those that its ffmpeg can make. */
export const FORMAT_NAMES = FORMATS.map(({ name }) => name);

/** Options of several types, all of which are texts or numbers. */
const PLAIN_UNIONS: ReadonlySet<string> = new Set(['preset', 'track']);

/**
 * The schemas of the document that are made from the table of formats, by name: outputs, of which `newFormat` selects one,
 * presets, of which `format` selects one, and the options of each.
 */
export function formatSchemas(): Record<string, object> {
  const groups = groupsOf(FORMATS);
  const options = Object.entries(anyOptions()).filter(([, schema]) => isNested(schema));
  return {
    FormatOutput: oneOfFormats(groups, 'newFormat', 'Output'),
    FormatPreset: oneOfFormats(groups, 'format', 'Preset'),
    ...Object.assign({}, ...groups.map(schemasOf)),
    ...Object.fromEntries(options.map(([name, schema]) => [optionName(name), schema])),
    Options: { type: 'object', properties: optionProperties() },
  };
}

/** Every option of any format, as a property. */
export function optionProperties(): Properties {
  return withReferences(anyOptions());
}

/** Options that are texts or numbers, as parameters of a query. `audio` is none: in a form it is the name of the file. */
export function optionParameters(): { name: string; in: 'query'; schema: Record<string, unknown> }[] {
  const plain = Object.entries(anyOptions()).filter(
    ([name, schema]) => name !== 'audio' && (!isNested(schema) || PLAIN_UNIONS.has(name)),
  );
  const schemas = Object.entries(withReferences(Object.fromEntries(plain)));
  return schemas.map(([name, schema]) => ({ name, in: 'query', schema }));
}

/** A reference to a schema of the document. */
export function schemaReference(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

const anyOptions = () => OBJECT.parse(describeAnyOptions()).properties;

function groupsOf(formats: readonly Format[]): Group[] {
  const found = new Map<string, Group>();
  for (const format of formats) {
    const { $schema: _, ...schema } = describeOptions(format);
    const key = JSON.stringify(schema);
    const group = found.get(key);
    if (group) group.formats.push(format.name);
    else
      found.set(key, { name: capital(format.name), formats: [format.name], options: OBJECT.parse(schema) });
  }
  return [...found.values()];
}

function oneOfFormats(groups: readonly Group[], propertyName: string, kind: 'Output' | 'Preset'): object {
  const mapping = groups.flatMap(({ name, formats }) =>
    formats.map((format) => [format, schemaReference(`${name}${kind}`).$ref]),
  );
  return {
    oneOf: groups.map(({ name }) => schemaReference(`${name}${kind}`)),
    discriminator: { propertyName, mapping: Object.fromEntries(mapping) },
  };
}

function schemasOf({ name, formats, options }: Group): Record<string, object> {
  const format = { type: 'string', enum: formats };
  const own = schemaReference(`${name}Options`);
  const output = { newFormat: format, options: own, outputs: false };
  return {
    [`${name}Output`]: { type: 'object', properties: output, required: ['newFormat'] },
    [`${name}Preset`]: { type: 'object', properties: { format, options: own }, required: ['format'] },
    [`${name}Options`]: { ...options, properties: withReferences(options.properties) },
  };
}

/** Options that are objects or lists are the same for all formats, and have schemas of their own. */
function withReferences(properties: Properties): Properties {
  const entries = Object.entries(properties);
  return Object.fromEntries(
    entries.map(([name, schema]) => [name, isNested(schema) ? schemaReference(optionName(name)) : schema]),
  );
}

function isNested(schema: object): boolean {
  return 'anyOf' in schema || 'properties' in schema;
}

const optionName = (name: string) => `${capital(name)}Option`;

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
