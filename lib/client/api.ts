import type createFetchClient from 'openapi-fetch';
import { errorOfBody } from './errors.ts';
import type { components, operations, paths } from './schema.ts';

/** Every operation of the service by its path. */
export type Api = ReturnType<typeof createFetchClient<paths>>;

export type Schemas = components['schemas'];

/** The JSON that an operation takes. */
export type Body<Name extends keyof operations> = operations[Name] extends {
  requestBody: { content: { 'application/json': infer Content } };
}
  ? Content
  : never;

/** Options of every call. */
export interface Call {
  signal?: AbortSignal | undefined;
  /** Whether the request may outlive the page that sends it. */
  keepalive?: boolean;
}

/** Answer of openapi-fetch to one request. */
interface Outcome<D> {
  data?: D;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws a TonemillError for an answer that is no success. */
export async function answerOf<D>(outcome: Promise<Outcome<D>>): Promise<D> {
  const { data, error, response } = await outcome;
  if (!response.ok || data === undefined) throw errorOfBody(response, error);
  return data;
}

/** Parameters and options of a request for one resource. */
export function byId<I extends number>(id: I, call: Call = {}) {
  return { params: { path: { id } }, ...options(call) };
}

/** Options of a request without parameters. */
export function options({ signal, keepalive }: Call = {}) {
  return { ...(signal && { signal }), ...(keepalive && { keepalive }) };
}
