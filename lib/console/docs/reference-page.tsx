import { signal } from '@preact/signals';
import { Icon } from '../components/icon.tsx';
import { fits } from './api-document.ts';
import { DocsFrame, Missing, Part } from './docs-frame.tsx';
import { apiDocument, isMissing } from './loaded.ts';
import { OperationFold } from './operation-fold.tsx';
import { Prose } from './prose.tsx';
import { SchemaTable } from './schema-table.tsx';
import { d, knownText } from './texts.ts';

const search = signal('');

/** Every route of the service, from its OpenAPI document. */
export function ReferencePage() {
  const { sections = [], operations = [] } = apiDocument.value ?? {};
  const found = operations.filter((operation) => fits(operation, search.value));
  const shown = sections.filter(({ name }) => found.some(({ section }) => section === name));
  const titled = shown.map((section) => ({
    ...section,
    anchor: section.name.toLowerCase(),
    title: knownText(`section.${section.name}`) ?? section.name,
  }));
  const parts = [...titled, { anchor: 'schemas', title: d('reference.schemas') }];
  return (
    <DocsFrame page="reference" parts={parts}>
      {isMissing('document') && <Missing text="document.missing" />}
      <div class="toolbar">
        <div class="search">
          <Icon name="search" />
          <input
            type="search"
            value={search.value}
            aria-label={d('reference.search')}
            placeholder={d('reference.search')}
            onInput={({ currentTarget }) => {
              search.value = currentTarget.value.trim();
            }}
          />
        </div>
        <a href="/openapi.json">openapi.json</a>
      </div>
      <p class="hint" role="status">
        {search.value !== '' && d('reference.found', { count: found.length })}
      </p>
      {titled.map(({ name, anchor, title, description }) => (
        <Part key={name} anchor={anchor} title={title}>
          <p class="hint" lang="en">
            <Prose text={description} />
          </p>
          <div>
            {found
              .filter(({ section }) => section === name)
              .map((operation) => (
                <OperationFold key={operation.id} operation={operation} />
              ))}
          </div>
        </Part>
      ))}
      <Schemas />
    </DocsFrame>
  );
}

function Schemas() {
  const schemas = [...(apiDocument.value?.schemas ?? [])];
  return (
    <Part anchor="schemas" title={d('reference.schemas')}>
      <div>
        {schemas.map(([name, schema]) => (
          <details key={name} class="operation" id={`schema-${name}`}>
            <summary>
              <code>{name}</code>
            </summary>
            <div class="stack">
              {schema.description !== undefined && (
                <p lang="en">
                  <Prose text={schema.description} />
                </p>
              )}
              <SchemaTable schema={schema} />
            </div>
          </details>
        ))}
      </div>
    </Part>
  );
}
