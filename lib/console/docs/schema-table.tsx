import type { DocumentSchema } from './api-document.ts';
import { apiDocument } from './loaded.ts';
import { Prose } from './prose.tsx';
import { d } from './texts.ts';
import { referencesOf, typeText } from './type-text.ts';

/** The type of a value, with a link to each shape in it. */
export function TypeName({ schema }: { schema: DocumentSchema }) {
  const text = typeText(schema);
  const names = referencesOf(schema).filter((name) => apiDocument.value?.schemas.has(name));
  if (names.length === 0) return <span class="type">{text}</span>;
  return (
    <span class="type">
      {text.split(/\b/).map((word, index) =>
        names.includes(word) ? (
          <a key={index} href={`#schema-${word}`}>
            {word}
          </a>
        ) : (
          word
        ),
      )}
    </span>
  );
}

/** The properties of a shape, one below the other. */
export function SchemaTable({ schema }: { schema: DocumentSchema }) {
  const properties = Object.entries(schema.properties ?? {}).filter(
    (entry): entry is [string, DocumentSchema] => typeof entry[1] === 'object',
  );
  const choices = schema.oneOf ?? schema.anyOf;
  if (properties.length === 0) return <TypeName schema={schema} />;
  return (
    <>
      <dl class="terms">
        {properties.map(([name, property]) => (
          <Term
            key={name}
            name={name}
            schema={property}
            isRequired={schema.required?.includes(name) ?? false}
          />
        ))}
      </dl>
      {choices && (
        <p>
          {d('schema.choice')} <TypeName schema={{ oneOf: choices }} />
        </p>
      )}
    </>
  );
}

interface TermProps {
  name: string;
  schema: DocumentSchema;
  isRequired: boolean;
  description?: string | undefined;
  /** Where a parameter stands. */
  place?: string;
}

/** A property or a parameter. */
export function Term({ name, schema, isRequired, description = schema.description, place }: TermProps) {
  return (
    <div>
      <dt>
        <code>{name}</code>
        {place !== undefined && <span class="hint">{place}</span>}
        {isRequired && <span class="badge">{d('required')}</span>}
      </dt>
      <dd>
        <TypeName schema={schema} />
        {schema.default !== undefined && (
          <span class="hint"> {d('default', { value: JSON.stringify(schema.default) })}</span>
        )}
        {description !== undefined && (
          <p lang="en">
            <Prose text={description} />
          </p>
        )}
      </dd>
    </div>
  );
}
