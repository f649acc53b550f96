import { z } from '@hono/zod-openapi';
import { MOST_OUTPUTS } from '../../ports/tasks.ts';
import { FORMAT_NAMES, formatSchemas, OBJECT, optionProperties, schemaReference } from './format-options.ts';

/** A requested output with further properties, as the library of the document writes it. */
const EXTENDED = z.object({
  allOf: z.tuple([z.object({ $ref: z.literal('#/components/schemas/RequestedOutput') }), OBJECT]),
});

/** Keywords of a schema that has a requested output among its properties. */
const ANY_OUTPUT = {
  oneOf: ['FormatOutput', 'PresetOutput', 'SeveralOutputs'].map(schemaReference),
};

/** Format and options of a saved preset, with further options. */
const PRESET_OUTPUT = {
  type: 'object',
  description: 'Format and options of the saved preset that `options.preset` names, and further options.',
  properties: {
    newFormat: false,
    outputs: false,
    options: {
      allOf: [
        schemaReference('Options'),
        { type: 'object', properties: { preset: { type: 'string' } }, required: ['preset'] },
      ],
    },
  },
  required: ['options'],
};

/** Several outputs of one original. */
const SEVERAL_OUTPUTS = {
  type: 'object',
  description: 'Several outputs of one original, in place of `newFormat` and `options`.',
  properties: {
    newFormat: false,
    options: false,
    outputs: {
      type: 'array',
      minItems: 1,
      maxItems: MOST_OUTPUTS,
      items: schemaReference('NamedOutput'),
    },
  },
  required: ['outputs'],
};

/** One of several outputs: a format, its options and the name of its result. */
const NAMED_OUTPUT = {
  type: 'object',
  properties: {
    format: { type: 'string', enum: FORMAT_NAMES, example: 'mp3' },
    options: schemaReference('Options'),
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 150,
      example: 'preview',
      description:
        'File name of the result without its extension. Default: that of the original; equal names get a number.',
    },
  },
  required: ['format'],
  additionalProperties: false,
};

/** The schemas of the document, exact for each format, with those that they refer to. */
export function withFormats(schemas: Readonly<Record<string, object>>): Record<string, object> {
  const { FormatPreset, ...byName } = formatSchemas();
  const exact = Object.entries(schemas).map(([name, schema]) => [name, byFormat(name, schema)]);
  return {
    ...Object.fromEntries(exact),
    NewPreset: { ...schemas.NewPreset, ...FormatPreset },
    RequestedOutput: ANY_OUTPUT,
    PresetOutput: PRESET_OUTPUT,
    SeveralOutputs: SEVERAL_OUTPUTS,
    NamedOutput: NAMED_OUTPUT,
    ...byName,
  };
}

/**
 * A schema with a requested output, as one of the outputs itself: generators handle `allOf` with `oneOf` badly. The form of
 * `convert` has each option as a field, but for `audio`, which is the name of its file.
 */
function byFormat(name: string, schema: object): object {
  const extended = EXTENDED.safeParse(schema);
  if (extended.success) return { ...extended.data.allOf[1], ...ANY_OUTPUT };
  if (name === 'TaskForm') return { ...schema, ...ANY_OUTPUT };
  if (name !== 'ConvertForm') return schema;
  const form = OBJECT.parse(schema);
  return { ...form, properties: { ...optionProperties(), ...form.properties } };
}
