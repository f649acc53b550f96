import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

/** One user of a service that speaks the first generation's routes: this one, or that generation itself. */
export interface Client {
  /** What its requests are sent with. */
  headers: Record<string, string>;
  /** Logs in again. */
  logIn(): Promise<void>;
  /** Uploads a local file and requests for a format. */
  create(path: string, newFormat: string): Promise<number>;
  /** Requests for a format again. */
  change(id: number, newFormat: string): Promise<void>;
  remove(id: number): Promise<void>;
  /**
   * Waits until every task is PROCESSED; throws where one failed.
   * @param look milliseconds between two looks at all tasks
   * @returns when the last was, in milliseconds of the clock: as the service says, or else as it was seen
   */
  settled(look?: number): Promise<number>;
}

/** Milliseconds; seldom enough not to slow what is measured: the service itself says to the millisecond when a task ended. */
const LOOK = 250;

/** The first generation calls the state `status`. */
const TASKS = z.array(
  z.object({ state: z.string().optional(), status: z.string().optional(), finishedAt: z.string().nullish() }),
);
const CREATED = z.object({ task: z.object({ id: z.int() }) });
const SESSION = z.object({ token: z.string() });

/** Signs somebody up and logs them in. */
export async function newClient(url: string): Promise<Client> {
  const email = `bench${randomUUID()}@example.org`;
  const password = 'correct horse';
  const passwords = { password1: password, password2: password };
  await call('POST', `${url}/api/auth/signup`, { user: email.replace('@', '-'), email, ...passwords });
  const logIn = () => call('POST', `${url}/api/auth/login`, { email, password });
  const session = await logIn();
  const { token } = SESSION.parse(await session.json());
  const ask = (method: string, path: string, body?: object) => call(method, `${url}${path}`, body, token);

  return {
    headers: { Authorization: `Bearer ${token}` },
    logIn: async () => void (await logIn()),
    async create(path, newFormat) {
      return CREATED.parse(await sendForm(`${url}/api/tasks`, token, path, newFormat)).task.id;
    },
    async change(id, newFormat) {
      await ask('PUT', `/api/tasks/${id}`, { newFormat });
    },
    async remove(id) {
      await ask('DELETE', `/api/tasks/${id}`);
    },
    async settled(look = LOOK) {
      for (;;) {
        const tasks = TASKS.parse(await (await ask('GET', '/api/tasks?max=100')).json());
        const states = tasks.map(({ state, status }) => state ?? status);
        if (states.includes('FAILED')) throw new Error('a conversion failed');
        if (states.every((state) => state === 'PROCESSED')) return lastEnd(tasks);
        await setTimeout(look);
      }
    },
  };
}

function lastEnd(tasks: z.output<typeof TASKS>): number {
  return Math.max(...tasks.map(({ finishedAt }) => (finishedAt ? Date.parse(finishedAt) : Date.now())));
}

async function call(method: string, url: string, body?: object, token?: string): Promise<Response> {
  const headers = new Headers(token ? { Authorization: `Bearer ${token}` } : {});
  if (body) headers.set('Content-Type', 'application/json');
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (answer.ok) return answer;
  throw new Error(`${method} ${url} answered ${answer.status}: ${await answer.text()}`);
}

/** Bytes of a file that are read and sent at once. */
const STEP = 1024 * 1024;

const BOUNDARY = 'bench-73c1f0';

/**
 * Sends a form as curl would. The form of `fetch` takes 5 ms of CPU time for a MB, which is more than the service takes, on the
 * cores that are measured; this takes a third of it.
 * @returns the JSON of the answer
 */
async function sendForm(url: string, token: string, path: string, newFormat: string): Promise<unknown> {
  const part = (disposition: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const file = part(`name="audio"; filename="${basename(path)}"`);
  const head = `${part('name="newFormat"')}\r\n${newFormat}\r\n${file}Content-Type: application/octet-stream\r\n\r\n`;
  const tail = `\r\n--${BOUNDARY}--\r\n`;
  const answered = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(url, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
      'Content-Length': head.length + (await stat(path)).size + tail.length,
    },
  });
  outgoing.once('response', answered.resolve).once('error', answered.reject);
  outgoing.write(head);
  await pipeline(createReadStream(path, { highWaterMark: STEP }), outgoing, { end: false });
  outgoing.end(tail);
  const answer = await answered.promise;
  const body = await text(answer);
  if (answer.statusCode === 200) return JSON.parse(body);
  throw new Error(`POST ${url} answered ${answer.statusCode}: ${body}`);
}
