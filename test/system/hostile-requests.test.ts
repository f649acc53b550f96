import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import pg from 'pg';
import { z } from 'zod';
import { SECURITY_HEADERS } from '../../lib/http/security-headers.ts';
import { createLog } from '../../lib/runtime/log.ts';
import { jsonLine } from '../../lib/runtime/log-formats.ts';
import { ADMIN, newAdministrator } from '../support/administrator.ts';
import { makeTone } from '../support/audio.ts';
import { type AnswerCheck, documentedAnswers } from '../support/documented-answers.ts';
import {
  BODIES,
  CONTENT_TYPES,
  HEADER_LINES,
  JSON_VALUES,
  METHODS,
  NUMBERS,
  SEGMENTS,
  TARGETS,
  TEXTS,
} from '../support/hostile-values.ts';
import { breakOff, type RawAnswer, type RawRequest, sendRaw } from '../support/raw.ts';
import { PROBLEM, post, testService, type User } from '../support/service.ts';
import { until } from '../support/until.ts';

const DOCUMENT = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string() })).default([]),
        requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
      }),
    ),
  ),
});

interface Operation {
  method: string;
  path: string;
  query: readonly string[];
  types: readonly string[];
}

const LINE = z.looseObject({
  severity: z.string(),
  message: z.string(),
  userId: z.int().optional(),
  httpRequest: z.looseObject({ status: z.int() }).optional(),
});

const HOOK = { url: 'https://example.com/', events: ['task.failed'] };

/** A body of each route that takes JSON, whose fields are replaced one by one. */
const VALID: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'POST /api/auth/signup': {
    user: 'eve',
    email: 'eve@example.org',
    password1: 'correct horse',
    password2: 'correct horse',
    invitation: 'inv_x',
  },
  'DELETE /api/account': { password: 'another horse' },
  'PATCH /api/account': { password: 'another horse', newPassword: 'battery staple', email: 'x@example.org' },
  'POST /api/auth/keys': { name: 'key', scopes: ['tasks:read'], expiresAt: '2999-01-01T00:00:00Z' },
  'POST /api/auth/login': { email: 'nobody@example.org', password: 'correct horse' },
  'POST /api/auth/refresh': { refreshToken: 'x' },
  'POST /api/auth/logout': { refreshToken: 'x' },
  'PATCH /api/admin/users/{id}': { suspended: false, groupId: 1, limits: { uploadBytes: 1 } },
  'POST /api/admin/groups': { name: 'students', limits: { requests: 1, formats: ['mp3'] } },
  'PATCH /api/admin/groups/{id}': { name: 'students', limits: { audioMinutes: 1 } },
  'POST /api/admin/invitations': { email: 'x@example.org', groupId: 1, days: 1 },
  'POST /api/presets': { name: 'mine', format: 'mp3', options: { bitrate: 128_000 } },
  'PUT /api/presets/{id}': { name: 'mine', format: 'mp3', options: { bitrate: 128_000 } },
  'POST /api/plan': { taskId: 7, newFormat: 'mp3', options: { bitrate: 128_000 } },
  'POST /api/tickets': { path: '/api/tasks/7/result' },
  'POST /api/tasks': {
    filename: 'a.wav',
    newFormat: 'mp3',
    size: 1,
    options: { bitrate: 128_000 },
    destination: 'https://files.example.org/a.mp3',
    webhook: HOOK,
  },
  'POST /api/batches': {
    name: 'album',
    webhook: HOOK,
    tasks: [{ filename: 'a.wav', newFormat: 'mp3', size: 1, options: { bitrate: 128_000 } }],
  },
  'POST /api/batches/{id}/join': {
    newFormat: 'm4b',
    name: 'album',
    tasks: [7],
    crossfade: 1,
    webhook: HOOK,
  },
  'POST /api/webhooks': {
    url: 'https://example.com/',
    events: ['task.failed'],
    secret: `whsec_${'A'.repeat(32)}`,
  },
  'PATCH /api/webhooks/{id}': { url: 'https://example.com/', events: ['task.failed'], enabled: true },
  'POST /api/webhooks/{id}/secret': { secret: `whsec_${'A'.repeat(32)}` },
  'PATCH /api/tasks/{id}': { expiresAt: '2027-03-01T00:00:00Z' },
  'PUT /api/tasks/{id}': { newFormat: 'mp3', options: { metadata: { title: 'x' }, preset: 'speech' } },
};

/** Names that no route reads from a query. */
const OTHER_NAMES = ['__proto__', 'constructor', 'toString', 'key', '%', '%00', '%zz', '[]', 'a[b]'];

/** Each route gets each body and each type, and each pair of them reaches one of so many routes. */
const THINNED = 4;

/** Requests at once; few enough for the passwords that some of them bring. */
const AT_ONCE = 8;

describe('No request makes an ERROR of the service', function () {
  this.timeout(600_000);
  let lines: z.output<typeof LINE>[] = [];
  const log = createLog((event) => lines.push(LINE.parse(JSON.parse(jsonLine(event)))));
  const service = testService({ ADMIN_EMAILS: ADMIN }, log);
  let operations: Operation[] = [];
  let user: User;
  let admin: User;
  /** A user of whom nothing is asked here, for requests of the administrator. */
  let managedId = 0;
  let taskId = 0;
  let check: AnswerCheck;

  before(async () => {
    check = await documentedAnswers();
    user = await service.newUser();
    admin = await newAdministrator(service);
    managedId = idOf(await service.newUser());
    const tone = join(service.data(), 'tone.wav');
    await makeTone(tone, 1);
    taskId = (await user.create({ name: 'a.wav', bytes: await readFile(tone) }, 'mp3')).id;
    await user.settled(taskId);
    operations = operationsOf(await (await fetch(`${service.url()}/openapi.json`)).json());
  });
  beforeEach(() => {
    lines = [];
  });

  /** Sends all, and answers what was wrong with the answers and in the log. */
  async function faults(requests: readonly RawRequest[]): Promise<string[]> {
    const found: string[] = [];
    const left = [...requests];
    const sender = async () => {
      for (let next = left.pop(); next; next = left.pop()) {
        const answer = await sendRaw(service.url(), next);
        const fault = faultOf(answer) ?? undocumented(next, answer);
        if (fault) found.push(`${shown(next)}: ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    return [...found, ...errorLines()].slice(0, 20);
  }

  /** The status, headers and body that the OpenAPI document does not have, where it has the operation. */
  function undocumented({ method = 'GET', target }: RawRequest, answer: RawAnswer): string | undefined {
    const { status, body } = answer;
    const headers = new Headers([...answer.headers]);
    const isJson = /json/.test(headers.get('content-type') ?? '') && body !== '';
    const json: unknown = isJson ? JSON.parse(body) : undefined;
    const path = URL.parse(target, service.url())?.pathname ?? target;
    return check.faultsOf({ method, path, status, headers, json })?.join('; ') || undefined;
  }

  const errorLines = () =>
    lines.filter(({ severity }) => severity === 'ERROR').map((line) => JSON.stringify(line));
  /** Severity and status of each request, but for looks at whether the service is well. */
  const told = () =>
    lines
      .filter(({ httpRequest, message }) => httpRequest && !message.includes('/health'))
      .map(({ severity, httpRequest }) => [severity, httpRequest?.status]);
  const aLook = () => fetch(`${service.url()}/health`);
  /** Administration is asked by an administrator, who gets further than to a 404. */
  const senderOf = (path: string) => (path.startsWith('/api/admin/') ? admin : user);
  const bearer = (path = '') => `Authorization: Bearer ${senderOf(path).token}`;
  const whole = (path: string) =>
    path.replaceAll(/\{\w+\}/g, String(path.startsWith('/api/admin/') ? managedId : taskId));
  /** Where the original of a new task is to be sent. */
  const uploadTarget = async () => {
    const opened = { filename: 'a.wav', newFormat: 'mp3' };
    const headers = { Authorization: `Bearer ${user.token}` };
    const answer = await post(`${service.url()}/api/tasks`, opened, headers);
    const { upload } = z.object({ upload: z.object({ url: z.url() }) }).parse(await answer.json());
    const { pathname, search } = new URL(upload.url);
    return `${pathname}${search}`;
  };
  /** Nothing that stands in the way of the next request. */
  const harmless = () => operations.filter(({ method }) => method !== 'DELETE');

  it('by whatever stands where a path has an id', async () => {
    const routes = operations.filter(({ path }) => path.includes('{'));
    assert.ok(routes.length >= 10);
    const requests = routes.flatMap(({ method, path, types }) =>
      SEGMENTS.map((segment) => ({
        ...{ method, target: path.replaceAll(/\{\w+\}/g, () => segment) },
        headers: [bearer(path), ...(types[0] ? [`Content-Type: ${types[0]}`] : [])],
        ...(types.length > 0 && { body: JSON.stringify(VALID[`${method} ${path}`] ?? {}) }),
      })),
    );
    assert.deepEqual(await faults(requests), []);
  });

  it('by an id in a spelling that is not its own', async () => {
    const reading = operations.filter(({ method, path }) => method === 'GET' && path.includes('{id}'));
    for (const { path } of reading) {
      for (const text of NUMBERS) {
        const answer = await senderOf(path).fetch(path.replace('{id}', encodeURIComponent(text)));
        assert.equal(answer.status, 400, `${path} with ${text}`);
        await answer.body?.cancel();
      }
    }
  });

  it('by any value of a parameter in the query, or another name', async () => {
    const values = [...TEXTS, ...NUMBERS].filter((text) => text.isWellFormed() && text.length < 5000);
    const pairs = (query: readonly string[]) => [
      ...query.flatMap((name) =>
        values.map((text) => `${name}=${encodeURIComponent(text)}&${name}=%ED%A0%80`),
      ),
      ...OTHER_NAMES.map((name) => `${name}=1&${name}=2&${name}`),
    ];
    const requests = harmless().flatMap(({ method, path, query }) =>
      pairs(query).map((pair) => ({ method, target: `${whole(path)}?${pair}`, headers: [bearer(path)] })),
    );
    assert.deepEqual(await faults(requests), []);
  });

  it('by a number of the query in a spelling that is not its own', async () => {
    for (const target of [
      '/api/tasks?max=',
      '/api/tasks?after=',
      '/api/batches?max=',
      '/api/tasks?batchId=',
      `/api/tasks/${taskId}/waveform?width=`,
    ]) {
      for (const text of NUMBERS.filter((number) => number !== '0')) {
        const answer = await user.fetch(`${target}${encodeURIComponent(text)}`);
        assert.equal(answer.status, 400, `${target}${text}`);
        await answer.body?.cancel();
      }
    }
  });

  it('by any header', async () => {
    const requests = harmless().flatMap(({ method, path }) =>
      HEADER_LINES.map((line) => ({
        ...{ method, target: whole(path) },
        headers: /^authorization/i.test(line) ? [line] : [bearer(path), line],
      })),
    );
    assert.deepEqual(await faults(requests), []);
  });

  it('by any target or method', async () => {
    const requests = [
      ...TARGETS.map((target) => ({ target })),
      ...TARGETS.map((target) => ({ method: 'HEAD', target })),
      ...operations.flatMap(({ path }) => METHODS.map((method) => ({ method, target: whole(path) }))),
    ];
    assert.deepEqual(await faults(requests), []);
  });

  it('by any body of any content type', async () => {
    const requests = operations
      .filter(({ types }) => types.length > 0)
      .flatMap(({ method, path }, route) =>
        CONTENT_TYPES.flatMap((type, one) =>
          BODIES.filter((_, other) => (route + one + other) % THINNED === 0).map((body) => ({
            ...{ method, target: whole(path), body },
            headers: [bearer(path), `Content-Type: ${type}`],
          })),
        ),
      );
    assert.deepEqual(await faults(requests), []);
  });

  it('by any value of any field', async () => {
    const routes = operations.filter(({ types }) => types.includes('application/json'));
    assert.deepEqual(routes.map(({ method, path }) => `${method} ${path}`).sort(), Object.keys(VALID).sort());
    const requests = routes.flatMap(({ method, path }) =>
      mutations(VALID[`${method} ${path}`] ?? {}).map((body) => ({
        ...{ method, target: whole(path), body },
        headers: [bearer(path), 'Content-Type: application/json'],
      })),
    );
    assert.deepEqual(await faults(requests), []);
  });

  it('by any name, file name or value in a form', async () => {
    const mp3 = part('newFormat', 'mp3');
    const named = TEXTS.flatMap((text) => [
      `${mp3}${part('filename', text)}${part('audio', 'x', 'a.wav')}--b--\r\n`,
      `${mp3}${part('audio', 'x', text)}--b--\r\n`,
    ]);
    // Whatever else is refused comes with an empty file, for which no program runs.
    const empty = part('audio', '', 'a.wav');
    const others = TEXTS.flatMap((text) => [
      `${part(text, 'x')}${mp3}${empty}--b--\r\n`,
      `${part('newFormat', text)}${empty}--b--\r\n`,
      `${mp3}${part('options', text)}${empty}--b--\r\n`,
      `${mp3}${part(text, 'x', 'a.wav')}--b--\r\n`,
    ]);
    const options = JSON_VALUES.map((value) => `${mp3}${part('options', value)}${empty}--b--\r\n`);
    const bodies = { '/api/tasks': [...named, ...others, ...options], '/api/probe': others };
    const requests = Object.entries(bodies).flatMap(([target, listed]) =>
      listed.map((body) => ({
        ...{ method: 'POST', target, body },
        headers: [bearer(), 'Content-Type: multipart/form-data; boundary=b'],
      })),
    );
    assert.deepEqual(await faults(requests), []);
  });

  it('by breaking off a body in its middle, of which the log says 499', async () => {
    const sending = operations.filter(({ types, method }) => types.length > 0 || method === 'PUT');
    assert.ok(sending.length >= 8);
    const upload = await uploadTarget();
    for (const { method, path, types } of sending) {
      for (const type of types.length > 0 ? types : ['application/octet-stream']) {
        lines = [];
        const target = path.startsWith('/api/uploads/') ? upload : whole(path);
        const body = type.startsWith('multipart') ? `${part('audio', 'x', 'a.wav')}` : '{"email":';
        const headers = [bearer(path), `Content-Type: ${type}; boundary=b`];
        await breakOff(service.url(), { method, target, headers, body, length: 1000 }, aLook);
        await until(() => told().length > 0);
        assert.deepEqual(told(), [['INFO', 499]], `${method} ${path} ${type}: ${JSON.stringify(lines)}`);
        assert.ok(
          lines.every(({ severity }) => severity === 'INFO'),
          JSON.stringify(lines),
        );
      }
    }
  });

  it('by breaking off a download', async () => {
    const tone = join(service.data(), 'long.wav');
    await makeTone(tone, 60);
    const { id } = await user.create({ name: 'long.wav', bytes: await readFile(tone) }, 'flac');
    await user.settled(id);
    for (const which of ['original', 'result', 'waveform']) {
      lines = [];
      const request = { target: `/api/tasks/${id}/${which}`, headers: [bearer()] };
      await breakOff(service.url(), request, async () => undefined);
      await breakOff(service.url(), request, aLook);
      await until(() => told().length > 0);
    }
    assert.equal((await fetch(`${service.url()}/health`)).status, 200);
    assert.deepEqual(errorLines(), []);
  });

  it('by the token of a removed user, which no route accepts', async () => {
    const other = await service.newUser();
    assert.deepEqual(await other.tasks(), []);
    await remove(service.database(), other.email);
    const token = `Authorization: Bearer ${other.token}`;
    const guarded = operations.filter(
      ({ path }) => !/^\/api\/(auth|uploads|formats)|^\/(health|ready|\.well-known)|\/processed$/.test(path),
    );
    assert.ok(guarded.length >= 10);
    for (const { method, path, types } of guarded) {
      for (const type of types.length > 0 ? types : ['text/plain']) {
        const content = JSON.stringify(VALID[`${method} ${path}`] ?? {});
        const headers = [token, `Content-Type: ${type}; boundary=b`];
        const answer = await sendRaw(service.url(), { method, target: whole(path), headers, body: content });
        assert.equal(answer.status, 401, `${method} ${path} ${type}: ${answer.body}`);
      }
    }
    const refreshed = await post(`${service.url()}/api/auth/refresh`, { refreshToken: other.refreshToken });
    assert.equal(refreshed.status, 401);
    assert.deepEqual(errorLines(), []);
  });

  it('or changes what all objects have', () => {
    assert.deepEqual([...Object.keys(Object.prototype), ...Object.keys(Array.prototype)], []);
    assert.equal(Reflect.get({}, 'a'), undefined);
  });

  it('or is logged without its user and its address', async () => {
    await user.tasks();
    const { id } = z.object({ id: z.int() }).parse(await (await user.fetch(`/api/tasks/${taskId}`)).json());
    assert.equal(id, taskId);
    for (const line of lines) {
      assert.equal(typeof line.userId, 'number');
      assert.match(JSON.stringify(line), /"remoteIp":"(127\.0\.0\.1|::1)"/);
    }
  });
});

/** A part of a form whose boundary is b. */
function part(name: string, value: string, filename?: string): string {
  const named = filename === undefined ? '' : `; filename="${filename}"`;
  return `--b\r\nContent-Disposition: form-data; name="${name}"${named}\r\n\r\n${value}\r\n`;
}

function operationsOf(document: unknown): Operation[] {
  const { paths } = DOCUMENT.parse(document);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody }]) => ({
      ...{ method: method.toUpperCase(), path },
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      types: Object.keys(requestBody?.content ?? {}),
    })),
  );
}

/** Each field replaced by each value; nested fields as well, and fields that nobody knows. */
function mutations(valid: Readonly<Record<string, unknown>>): string[] {
  const known = Object.entries(valid).flatMap(([name, inner]) =>
    JSON_VALUES.flatMap((value) => {
      const nested = typeof inner === 'object' && inner !== null ? { ...inner } : undefined;
      const names = nested ? [...Object.keys(nested), '__proto__', 'metadata', 'preset', 'loudness'] : [];
      const within = names.map((other) => withField(nested ?? {}, other, value));
      return [value, ...within].map((json) => withField(valid, name, json));
    }),
  );
  const unknown = ['__proto__', 'constructor', 'toString', '\0', '\ud800'].flatMap((name) =>
    ['1', 'null', '{"a":1}'].map((json) => withField(valid, name, json)),
  );
  return [...known, ...unknown];
}

/** JSON of an object in which a field has a value, which is JSON already. */
function withField(object: Readonly<Record<string, unknown>>, name: string, json: string): string {
  const others = Object.entries(object).filter(([other]) => other !== name);
  const fields = others.map(([other, value]) => `${JSON.stringify(other)}:${JSON.stringify(value)}`);
  return `{${[...fields, `${JSON.stringify(name)}:${json}`].join(',')}}`;
}

/** What is wrong with an answer, whatever was asked. */
function faultOf({ status, headers, body }: RawAnswer): string | undefined {
  if (Number.isNaN(status)) return 'no answer';
  const wrong = Object.keys(SECURITY_HEADERS).filter(
    (name) => headers.has(name.toLowerCase()) === (status === 304),
  );
  if (wrong.length > 0) return `${status} with or without ${wrong}`;
  if (status >= 500) return `${status} ${body}`;
  if (status < 400 || status === 499) return undefined;
  const type = headers.get('content-type');
  if (type !== 'application/problem+json') return `${status} with ${type}`;
  if (body === '') return undefined;
  const problem = PROBLEM.safeParse(JSON.parse(body));
  return problem.success && problem.data.status === status ? undefined : `${status} ${body}`;
}

function shown({ method = 'GET', target, headers = [], body }: RawRequest): string {
  const lines = headers.filter((line) => !line.startsWith('Authorization: Bearer ey'));
  return JSON.stringify([method, target, ...lines, String(body ?? '')].map((text) => text.slice(0, 120)));
}

function idOf({ token }: User): number {
  return Number(decodeJwt(token).sub);
}

/** Removes a user from the database behind a service's back, with all that is theirs. */
async function remove(database: string, email: string): Promise<void> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  await client.query('delete from users where email = $1', [email]);
  await client.end();
}
