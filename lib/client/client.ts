import createFetchClient from 'openapi-fetch';
import { type Account, createKeys, createSessions, type Keys, type Sessions } from './account.ts';
import { type Administration, createAdministration } from './administration.ts';
import { type Api, answerOf, byId, type Call, options as callOptions, type Schemas } from './api.ts';
import { type Batches, createBatches } from './batches.ts';
import { type Conversions, createConversions } from './conversion.ts';
import { createCredentials, type Session } from './credentials.ts';
import { openDownload } from './download.ts';
import { type EventOptions, type TaskEvent, watchEvents } from './events.ts';
import { createMedia, type Media } from './media.ts';
import { createPresets, type Presets } from './presets.ts';
import { RepeatableRequest } from './repeatable-request.ts';
import { RETRIES, type Retries } from './retries.ts';
import type { paths } from './schema.ts';
import { createTaskWatch } from './task-watch.ts';
import { createTasks, type Tasks } from './tasks.ts';
import { attempted, createTransport, type Fetch, withRetries } from './transport.ts';
import { UNDO_TIMEOUT } from './undo.ts';
import { createSending } from './upload.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export interface ClientOptions {
  /** Address of the service, such as `https://audio.example.org`; default: that of the page. */
  baseUrl?: string | undefined;
  /** A key in place of a session. */
  apiKey?: string | undefined;
  /** A session of an earlier log-in. */
  session?: Session | undefined;
  /** Receives each new session, to be stored, and undefined at its end. */
  onSession?: ((session: Session | undefined) => void) | undefined;
  /** Whether the refresh token is kept in a cookie, which only pages of the service itself can use. */
  cookie?: boolean;
  /** Default: `globalThis.fetch`. */
  fetch?: Fetch | undefined;
  retries?: Partial<Retries>;
}

export interface Client extends Conversions, Sessions, Media {
  account: Account;
  keys: Keys;
  tasks: Tasks;
  batches: Batches;
  presets: Presets;
  webhooks: Webhooks;
  /** For administrators. */
  administration: Administration;
  /** Formats with their options as JSON Schema, and the limits. */
  formats(call?: Call): Promise<Schemas['Formats']>;
  /** Changes of tasks as they happen; goes on after breaks, until the signal aborts. */
  events(options?: EventOptions): AsyncGenerator<TaskEvent, void, undefined>;
  /** Every operation of the service by its path, with types: openapi-fetch. Answers there are data or errors. */
  api: Api;
}

export function createClient(options: ClientOptions = {}): Client {
  const baseUrl = (options.baseUrl ?? pageOrigin()).replace(/(?<!\/)\/+$/, '');
  const fetch: Fetch = options.fetch ?? ((request, init) => globalThis.fetch(request, init));
  const retries = { ...RETRIES, ...options.retries };
  const { apiKey, session, onSession, cookie = false } = options;
  const sessionHeaders: Record<string, string> = cookie ? { 'X-Session': 'cookie' } : {};
  const plain = withRetries(fetch, retries);
  const credentials = createCredentials({ apiKey, session, onSession, cookie }, (refreshToken) => {
    const headers = { 'Content-Type': 'application/json', ...sessionHeaders };
    const body = JSON.stringify({ refreshToken });
    return plain(new Request(`${baseUrl}/api/auth/refresh`, { method: 'POST', headers, body }));
  });
  const transport = createTransport({ fetch, credentials, retries });
  const api = createFetchClient<paths>({
    baseUrl,
    Request: RepeatableRequest,
    fetch: (request) => transport(request),
  });

  const events = (watched: EventOptions = {}) => watchEvents(transport, baseUrl, watched);
  const get = (id: number, wait: number, signal: AbortSignal | undefined) => {
    const { params, ...call } = byId(id, { signal });
    const query = wait > 0 ? { wait } : {};
    return answerOf(api.GET('/api/tasks/{id}', { params: { ...params, query }, ...call }));
  };
  const watch = createTaskWatch({ get, events: (signal) => events({ signal }) });
  const open = (path: string, name: string, call: Call = {}) =>
    openDownload(`${baseUrl}${path}`, name, { transport, send: plain }, call.signal);
  const tasks = createTasks(api, watch, open);
  const sending = createSending(fetch, retries);

  return {
    ...createConversions({
      announce: (body, signal) => answerOf(api.POST('/api/tasks', { body, signal })),
      settled: watch.settled,
      download: (task, signal) => tasks.download(task, 'result', { signal }),
      sending,
      undo,
    }),
    ...createMedia(api),
    ...createSessions(api, credentials, sessionHeaders),
    keys: createKeys(api),
    tasks,
    batches: createBatches({ api, open, sending, undo }),
    presets: createPresets(api),
    webhooks: createWebhooks(api),
    administration: createAdministration(api),
    formats: (call) => answerOf(api.GET('/api/formats', callOptions(call))),
    events,
    api,
  };

  /** The caller waits for the end of what it aborted, so there is one attempt. */
  async function undo(path: string): Promise<void> {
    const init = { method: 'DELETE', headers: { Authorization: `Bearer ${credentials.token()}` } };
    const attempt = { fetch, timeout: UNDO_TIMEOUT, signal: undefined };
    const answer = await attempted(
      attempt,
      (signal) => new Request(`${baseUrl}${path}`, { ...init, signal }),
    );
    if (answer instanceof Response) await answer.body?.cancel();
  }
}

/** Address of the page; empty where there is none. */
function pageOrigin(): string {
  const { location } = Object(globalThis);
  return location instanceof Object && typeof location.origin === 'string' ? location.origin : '';
}
