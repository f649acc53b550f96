import { useSignal } from '@preact/signals';
import type { Answer, Contents, Operation, Parameter } from './api-document.ts';
import { nameOf } from './api-document.ts';
import { CodeBlock } from './code-block.tsx';
import { curlOf } from './curl.ts';
import { apiDocument } from './loaded.ts';
import { Prose } from './prose.tsx';
import { SchemaTable, Term, TypeName } from './schema-table.tsx';
import { d, knownText } from './texts.ts';

/** A route, folded until it is opened. Its content is made then, since there are many. */
export function OperationFold({ operation }: { operation: Operation }) {
  const { id, method, path, summary } = operation;
  const isOpen = useSignal(location.hash === `#${id}`);
  const toggled = ({ currentTarget }: { currentTarget: HTMLDetailsElement }) => {
    if (currentTarget.open && !isOpen.value) history.replaceState(null, '', `#${id}`);
    isOpen.value = currentTarget.open;
  };
  return (
    <details class="operation" id={id} open={isOpen.value} onToggle={toggled}>
      <summary>
        <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
        <span class="summary" lang="en">
          {summary}
        </span>
      </summary>
      {isOpen.value && <Content operation={operation} />}
    </details>
  );
}

function Content({ operation }: { operation: Operation }) {
  const { id, description, parameters, body, answers, security } = operation;
  return (
    <div class="stack">
      {description !== undefined && (
        <p lang="en">
          <Prose text={description} />
        </p>
      )}
      <p class="hint">
        <code>{id}</code> {knownText(`security.${security ?? 'none'}`)}
      </p>
      <CodeBlock name={d('reference.request', { name: id })} text={curlOf(operation, location.origin)} />
      <Parameters parameters={parameters} />
      {Object.keys(body).length > 0 && (
        <>
          <h3>{d('reference.body')}</h3>
          <Body contents={body} />
        </>
      )}
      <h3>{d('reference.answers')}</h3>
      <dl class="terms">
        {answers.map(([status, answer]) => (
          <AnswerTerm key={status} status={status} answer={answer} />
        ))}
      </dl>
    </div>
  );
}

function Parameters({ parameters }: { parameters: readonly Parameter[] }) {
  if (parameters.length === 0) return null;
  return (
    <>
      <h3>{d('reference.parameters')}</h3>
      <dl class="terms">
        {parameters.map(({ name, in: place, required = false, description, schema }) => (
          <Term
            key={`${place} ${name}`}
            name={name}
            schema={schema}
            isRequired={required}
            description={description ?? schema.description}
            place={knownText(`place.${place}`) ?? place}
          />
        ))}
      </dl>
    </>
  );
}

/** The contents of a request; a shape with a name shows its properties. */
function Body({ contents }: { contents: Contents }) {
  return Object.entries(contents).map(([type, { schema = {} }]) => {
    const named = schema.$ref === undefined ? schema : apiDocument.value?.schemas.get(nameOf(schema.$ref));
    return (
      <div key={type} class="stack">
        <p>
          <code>{type}</code> {schema.$ref !== undefined && <TypeName schema={schema} />}
        </p>
        <SchemaTable schema={named ?? schema} />
      </div>
    );
  });
}

function AnswerTerm({
  status,
  answer: { description, content = {}, headers = {} },
}: {
  status: string;
  answer: Answer;
}) {
  return (
    <div>
      <dt>
        <code>{status}</code>
      </dt>
      <dd>
        {description !== undefined && (
          <p lang="en">
            <Prose text={description} />
          </p>
        )}
        {Object.entries(content).map(([type, { schema = {} }]) => (
          <p key={type}>
            <code>{type}</code> <TypeName schema={schema} />
          </p>
        ))}
        {Object.entries(headers).map(([name, header]) => (
          <p key={name} class="hint" lang="en">
            <code>{name}</code> <Prose text={header.description ?? ''} />
          </p>
        ))}
      </dd>
    </div>
  );
}
