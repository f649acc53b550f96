import { type DocumentSchema, nameOf } from './api-document.ts';
import { d } from './texts.ts';

/** A schema in a few words: `integer, 1 to 60`, `mp3 | wav`, `list of Task`. */
export function typeText(schema: DocumentSchema): string {
  return [typeOf(schema), rangeOf(schema)].filter(Boolean).join(', ');
}

function typeOf(schema: DocumentSchema): string {
  const { $ref, enum: values, items, type, format } = schema;
  if ($ref !== undefined) return nameOf($ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (values) return values.map(String).join(' | ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices && !schema.properties) return choices.map(typeOf).join(' | ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  if (items) return d('type.list', { of: typeOf(items) });
  if (format === 'binary') return d('type.file');
  const names = typeof type === 'string' ? [type] : (type ?? ['any']);
  return names
    .map((name) => (format === undefined || name === 'null' ? name : `${name} (${format})`))
    .join(' | ');
}

function rangeOf({ minimum, maximum, maxLength, maxItems }: DocumentSchema): string {
  if (maxItems !== undefined) return d('type.most', { count: maxItems });
  if (maxLength !== undefined) return d('type.characters', { count: maxLength });
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && most !== undefined) return d('type.between', { from: minimum, to: most });
  if (minimum !== undefined && minimum !== -Number.MAX_SAFE_INTEGER) return d('type.from', { from: minimum });
  return most === undefined ? '' : d('type.to', { to: most });
}

/** Names of the schemas that a schema refers to, each once. */
export function referencesOf(schema: DocumentSchema): string[] {
  const inner = [schema.items, ...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  const found = inner.flatMap((one) => (one ? referencesOf(one) : []));
  return [...new Set(schema.$ref === undefined ? found : [nameOf(schema.$ref), ...found])];
}
