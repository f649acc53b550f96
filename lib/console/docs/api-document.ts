/** The part of a schema of the document that the reference shows. */
export interface DocumentSchema {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  items?: DocumentSchema;
  properties?: Readonly<Record<string, DocumentSchema | boolean>>;
  additionalProperties?: DocumentSchema | boolean;
  required?: readonly string[];
  oneOf?: readonly DocumentSchema[];
  anyOf?: readonly DocumentSchema[];
  allOf?: readonly DocumentSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  default?: unknown;
  format?: string;
  description?: string;
  'x-codes'?: Readonly<Record<string, number>> | readonly string[];
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: DocumentSchema;
}

/** Contents by their types. */
export type Contents = Readonly<Record<string, { schema?: DocumentSchema; example?: unknown }>>;

export interface Answer {
  $ref?: string;
  description?: string;
  headers?: Readonly<Record<string, { description?: string }>>;
  content?: Contents;
}

/** A route and a method, with the text by which it is found. */
export interface Operation {
  method: string;
  path: string;
  id: string;
  section: string;
  summary: string;
  description: string | undefined;
  parameters: readonly Parameter[];
  body: Contents;
  answers: readonly [status: string, answer: Answer][];
  /** Name of the scheme that it needs. */
  security: string | undefined;
}

export interface ApiDocument {
  sections: readonly { name: string; description: string }[];
  operations: readonly Operation[];
  schemas: ReadonlyMap<string, DocumentSchema>;
}

/** The document as it comes, as far as it is read. */
interface Written {
  tags: ApiDocument['sections'];
  paths: Readonly<Record<string, Readonly<Record<string, WrittenOperation>>>>;
  components: {
    schemas: Readonly<Record<string, DocumentSchema>>;
    responses: Readonly<Record<string, Answer>>;
  };
}

interface WrittenOperation {
  operationId: string;
  tags: readonly string[];
  summary?: string;
  description?: string;
  parameters?: readonly Parameter[];
  requestBody?: { content: Contents };
  responses: Readonly<Record<string, Answer>>;
  security?: readonly Readonly<Record<string, unknown>>[];
}

/** Reads `/openapi.json`. Throws if it does not come. */
export async function readDocument(): Promise<ApiDocument> {
  const answer = await fetch('/openapi.json');
  if (!answer.ok) throw new TypeError(`/openapi.json answered ${answer.status}`);
  const document: Written = JSON.parse(await answer.text());
  return documentOf(document);
}

/** The document in the form that the page shows. */
export function documentOf({ tags, paths, components }: Written): ApiDocument {
  const answers = new Map(Object.entries(components.responses));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, written]) => operationOf(method, path, written, answers)),
  );
  const sections = tags.filter(({ name }) => operations.some(({ section }) => section === name));
  return { sections, operations, schemas: new Map(Object.entries(components.schemas)) };
}

function operationOf(
  method: string,
  path: string,
  written: WrittenOperation,
  answers: ReadonlyMap<string, Answer>,
): Operation {
  return {
    method: method.toUpperCase(),
    path,
    id: written.operationId,
    section: written.tags[0] ?? '',
    summary: written.summary ?? '',
    description: written.description,
    parameters: written.parameters ?? [],
    body: written.requestBody?.content ?? {},
    answers: Object.entries(written.responses).map(([status, answer]) => [
      status,
      answer.$ref === undefined ? answer : (answers.get(nameOf(answer.$ref)) ?? answer),
    ]),
    security: Object.keys(written.security?.[0] ?? {})[0],
  };
}

/** The last part of a reference, such as `Task`. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

/** Whether an operation has all the words, in its name, its path or its sentences. */
export function fits({ method, path, id, summary, description = '' }: Operation, search: string): boolean {
  const text = `${method} ${path} ${id} ${summary} ${description}`.toLowerCase();
  return search
    .toLowerCase()
    .trim()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
