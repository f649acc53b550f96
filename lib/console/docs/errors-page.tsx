import type { ComponentChildren } from 'preact';
import { known } from '../messages.ts';
import type { ApiDocument, DocumentSchema } from './api-document.ts';
import { DocsFrame, Missing, Part } from './docs-frame.tsx';
import { apiDocument, isMissing } from './loaded.ts';
import { Prose } from './prose.tsx';
import { d, knownText } from './texts.ts';

/** Status of a failure of a task where a request answers it. */
const FAILED = 422;

/** Codes of refused requests, of failed tasks and of warnings, as the document of this service lists them. */
export function ErrorsPage() {
  const parts = [
    { anchor: 'shape', title: d('errors.shape') },
    { anchor: 'requests', title: d('errors.requests') },
    { anchor: 'tasks', title: d('errors.tasks') },
    { anchor: 'warnings', title: d('errors.warnings') },
  ];
  const { requests, tasks, warnings } = codesOf(apiDocument.value);
  return (
    <DocsFrame page="errors" parts={parts}>
      {isMissing('document') && <Missing text="document.missing" />}
      <Part anchor="shape" title={d('errors.shape')}>
        <p>
          <Prose text={d('errors.shape.text')} />
        </p>
      </Part>
      <Part anchor="requests" title={d('errors.requests')}>
        <p>
          <Prose text={d('errors.requests.text')} />
        </p>
        <CodeTable columns={['column.code', 'column.status', 'column.meaning', 'column.remedy']}>
          {requests.map(([code, status]) => (
            <CodeRow key={code} code={code} status={status}>
              <td>
                <Prose text={knownText(`error.${code}`) ?? ''} />
              </td>
              <td>
                <Prose text={knownText(`error.${code}.do`) ?? ''} />
              </td>
            </CodeRow>
          ))}
        </CodeTable>
      </Part>
      <Part anchor="tasks" title={d('errors.tasks')}>
        <p>
          <Prose text={d('errors.tasks.text')} />
        </p>
        <CodeTable columns={['column.code', 'column.meaning', 'column.remedy']}>
          {tasks.map((code) => (
            <CodeRow key={code} code={code} prefix="failure-">
              <td>{known(`failure.${code}`)}</td>
              <td>
                <Prose text={knownText(`remedy.${code}`) ?? ''} />
              </td>
            </CodeRow>
          ))}
        </CodeTable>
      </Part>
      <Part anchor="warnings" title={d('errors.warnings')}>
        <p>
          <Prose text={d('errors.warnings.text')} />
        </p>
        <CodeTable columns={['column.code', 'column.meaning']}>
          {warnings.map((code) => (
            <CodeRow key={code} code={code} prefix="warning-">
              <td>{known(`warning.${code}`)}</td>
            </CodeRow>
          ))}
        </CodeTable>
      </Part>
    </DocsFrame>
  );
}

function CodeTable({ columns, children }: { columns: readonly Column[]; children: ComponentChildren }) {
  return (
    <table class="codes">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {d(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

type Column = 'column.code' | 'column.status' | 'column.meaning' | 'column.remedy';

interface CodeRowProps {
  code: string;
  status?: number;
  /** Beginning of the anchor, where a code stands in two tables. */
  prefix?: string;
  children: ComponentChildren;
}

function CodeRow({ code, status, prefix = '', children }: CodeRowProps) {
  return (
    <tr id={`${prefix}${code}`}>
      <th scope="row">
        <a href={`#${prefix}${code}`}>
          <code>{code}</code>
        </a>
      </th>
      {status !== undefined && <td>{status}</td>}
      {children}
    </tr>
  );
}

interface Codes {
  requests: [code: string, status: number][];
  tasks: string[];
  warnings: string[];
}

/** A failure with another status than that of failures is an error of requests as well. */
function codesOf(document: ApiDocument | undefined): Codes {
  const of = (schema: string) => document?.schemas.get(schema);
  const tasks = Object.values(of('TaskError')?.['x-codes'] ?? {}).map(String);
  const all = Object.entries(of('Problem')?.['x-codes'] ?? {}).map(
    ([code, status]) => [code, Number(status)] as const,
  );
  const requests = all.filter(([code, status]) => !tasks.includes(code) || status !== FAILED);
  return {
    requests: requests
      .map(([code, status]) => [code, status] as [string, number])
      .toSorted((a, b) => a[1] - b[1]),
    tasks,
    warnings: (propertyOf(of('Warning'), 'code')?.enum ?? []).map(String),
  };
}

function propertyOf(schema: DocumentSchema | undefined, name: string): DocumentSchema | undefined {
  const found = new Map(Object.entries(schema?.properties ?? {})).get(name);
  return typeof found === 'object' ? found : undefined;
}
