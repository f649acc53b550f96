import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * What a resource or block takes. An attribute's text is its HCL type, with `!` behind it where it must be given and
 * `=` where only the provider may set it. `nesting` is how often a block may stand: `single` once.
 */
export interface BlockSchema {
  readonly attributes: Readonly<Record<string, string>>;
  readonly blocks: Readonly<Record<string, NestedSchema>>;
}

export interface NestedSchema extends BlockSchema {
  readonly nesting: 'single' | 'list' | 'set';
  readonly required: boolean;
}

export interface ProviderSchema {
  /** Package and version that it was distilled from. */
  readonly source: string;
  /** Provider and version that the package was made from. */
  readonly provider: string;
  /** Arguments of `provider "google"`. */
  readonly configuration: BlockSchema;
  readonly resources: Readonly<Record<string, BlockSchema>>;
  readonly data: Readonly<Record<string, BlockSchema>>;
}

/** The package that the schema comes from, as npm takes it. */
export const SOURCE = '@cdktf/provider-google@16.12.1';

export const FIXTURE = join(import.meta.dirname, 'schema.json');

const blockSchema: z.ZodType<BlockSchema> = z.lazy(() =>
  z.object({ attributes: z.record(z.string(), z.string()), blocks: z.record(z.string(), nestedSchema) }),
);

const nestedSchema: z.ZodType<NestedSchema> = z.lazy(() =>
  z.object({
    nesting: z.enum(['single', 'list', 'set']),
    required: z.boolean(),
    attributes: z.record(z.string(), z.string()),
    blocks: z.record(z.string(), nestedSchema),
  }),
);

const providerSchema = z.object({
  source: z.string(),
  provider: z.string(),
  configuration: blockSchema,
  resources: z.record(z.string(), blockSchema),
  data: z.record(z.string(), blockSchema),
});

/** The distilled schema of every resource and data source in use. */
export async function loadSchema(file = FIXTURE): Promise<ProviderSchema> {
  return providerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** One resource or data source a line, so that a change of the provider reads as a diff. */
export function formatSchema(schema: ProviderSchema): string {
  const { source, provider, configuration } = schema;
  const lines = (of: ProviderSchema['resources']) =>
    Object.keys(of)
      .sort()
      .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(of[name])}`)
      .join(',\n');
  return `{
  "source": ${JSON.stringify(source)},
  "provider": ${JSON.stringify(provider)},
  "configuration": ${JSON.stringify(configuration)},
  "resources": {
${lines(schema.resources)}
  },
  "data": {
${lines(schema.data)}
  }
}
`;
}
