import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Storage } from '@google-cloud/storage';
import { z } from 'zod';
import { listen } from '../../../lib/http/guarded-server.ts';
import { createHttp, createRouter } from '../../../lib/http/router.ts';
import { createHttpServer } from '../../../lib/http/server.ts';
import { traceFields } from '../../../lib/http/trace-context.ts';
import { createClientAddress } from '../../../lib/runtime/client-address.ts';
import { AppError } from '../../../lib/runtime/errors.ts';
import { createLog } from '../../../lib/runtime/log.ts';
import { jsonLine, prettyLine } from '../../../lib/runtime/log-formats.ts';

const LINE = z.looseObject({
  severity: z.string(),
  message: z.string(),
  time: z.iso.datetime(),
  seconds: z.number().optional(),
  userId: z.int().optional(),
  httpRequest: z
    .object({
      requestMethod: z.string(),
      status: z.int(),
      latency: z.string(),
      remoteIp: z.string().optional(),
    })
    .optional(),
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('The log', () => {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    pretty = [];
  });
  let pretty: string[] = [];
  const log = createLog((event) => {
    lines.push(jsonLine(event));
    pretty.push(prettyLine(event, true));
  });
  const http = () => {
    const app = createHttp(log, 'project');
    app.get('/api/tasks/:id', (c) => {
      log.info('Looked', { taskId: 7 });
      return c.text('found');
    });
    app.get('/refused', () => {
      throw new AppError('not_ready', 'Not yet.');
    });
    app.get('/broken', () => {
      throw new Error('broken');
    });
    return app;
  };
  const ask = async (path: string, headers = {}) => {
    await http().request(path, { headers });
    return lines.map((line) => LINE.parse(JSON.parse(line)));
  };

  it('has one line for a request, with its route, status and duration', async () => {
    const [inner, request, ...others] = await ask('/api/tasks/7');
    assert.equal(inner?.message, 'Looked');
    assert.deepEqual(others, []);
    assert.equal(request?.message, 'GET /api/tasks/:id 200');
    assert.equal(request.severity, 'INFO');
    assert.equal(request.taskId, 7);
    assert.deepEqual([request.httpRequest?.requestMethod, request.httpRequest?.status], ['GET', 200]);
    assert.match(request.httpRequest?.latency ?? '', /^\d+\.\d+s$/);
    assert.equal(typeof request.seconds, 'number');
  });

  it('has one line for a refusal as well, and calls a failure of ours an error', async () => {
    assert.deepEqual(
      (await ask('/refused')).map(({ severity, message }) => [severity, message]),
      [['INFO', 'GET /refused 409']],
    );
    lines = [];
    assert.deepEqual(
      (await ask('/broken')).map(({ severity, message }) => [severity, message]),
      [
        ['ERROR', 'A request failed'],
        ['ERROR', 'GET /broken 500'],
      ],
    );
  });

  it('names the client and the user of a request, and believes X-Forwarded-For of trusted proxies only', async () => {
    for (const [trusted, remoteIp] of [
      [0, '127.0.0.1'],
      [1, '1.1.1.1'],
    ] as const) {
      lines = [];
      const site = createHttp(log, undefined, createClientAddress(trusted));
      const named = createRouter();
      named.get('/me', (c) => {
        c.set('principal', { userId: 7, email: 'ann@example.org', scopes: [] });
        return c.text('you');
      });
      site.route('/', named);
      const server = createHttpServer(site, log);
      const { port } = new URL(await listen(server, 0));
      const headers = { 'X-Forwarded-For': '6.6.6.6, 1.1.1.1' };
      await fetch(`http://127.0.0.1:${port}/me`, { headers });
      server.close();
      const [line, ...others] = lines.map((text) => LINE.parse(JSON.parse(text)));
      assert.deepEqual(others, []);
      assert.equal(line?.userId, 7);
      assert.equal(line.httpRequest?.remoteIp, remoteIp);
      assert.doesNotMatch(lines.join(), /6\.6\.6\.6|example\.org/);
    }
  });

  it('calls a failure no error that a client caused by going away, but reports any other', async () => {
    const failures = {
      '/cut': Object.assign(new Error('aborted'), { code: 'ECONNRESET' }),
      '/late': new AppError('upload_incomplete', 'Cut off.'),
      '/ours': new TypeError('broken'),
    };
    const expected: Record<string, string[]> = {
      '/cut': ['INFO'],
      '/late': ['INFO'],
      '/ours': ['WARNING', 'INFO'],
    };
    for (const [path, failure] of Object.entries(failures)) {
      lines = [];
      const app = http();
      app.get(path, () => {
        throw failure;
      });
      await app.request(path, { signal: AbortSignal.abort() });
      const told = lines.map((line) => LINE.parse(JSON.parse(line)));
      assert.deepEqual(
        told.map(({ severity }) => severity),
        Object.hasOwn(expected, path) && expected[path],
      );
      assert.equal(told.at(-1)?.httpRequest?.status, 499);
    }
  });

  it('joins all lines of a request to its trace', async () => {
    for (const line of await ask('/api/tasks/7', { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` })) {
      assert.equal(line['logging.googleapis.com/trace'], `projects/project/traces/${TRACE}`);
      assert.equal(line['logging.googleapis.com/spanId'], '00f067aa0ba902b7');
      assert.equal(line['logging.googleapis.com/trace_sampled'], true);
    }
  });

  it('never holds a query, a path without a route, or a header', async () => {
    const headers = { Authorization: 'Bearer secret-token', 'X-Service-Credential': 'secret-credential' };
    await ask('/api/tasks/7?key=secret-key&token=secret-upload', headers);
    await ask('/secret-path/x?X-Goog-Signature=secret-signature', headers);
    await ask('/broken?key=secret-key', headers);
    assert.equal(lines.length, 5);
    assert.doesNotMatch([...lines, ...pretty].join('\n'), /secret/);
  });

  it("holds no session's URL that an error of Google's client speaks of", async () => {
    const error = await failedUpload();
    assert.match(`${error.stack}`, /upload_id=secret-session/);
    log.warn('An upload failed', { error });
    log.warn('Another failed', { error: new AppError('unavailable', 'Later.', { cause: error }) });
    log.error(`It said: ${error.message}`);
    assert.equal(lines.length, 3);
    for (const line of [...lines, ...pretty]) {
      assert.doesNotMatch(line, /secret/);
      assert.match(line, /session\?\.\.\./);
    }
  });

  for (const [what, text, shown] of [
    ['a signed URL', 'GET "https://s.example/b/k?X-Goog-Signature=ab&X-Goog-Date=1" failed', 'k?..." failed'],
    ['a path with a token', 'PUT /api/uploads/7?token=a.b.c 500', '/api/uploads/7?... 500'],
    ['no URL', 'Is it there? Look at file:///a/b.ts:3:4 (now?)', ':3:4 (now?)'],
  ] as const) {
    it(`writes of ${what} no more than may be known`, () => {
      log.info(text, { nested: { text: [text] } });
      const [line = ''] = lines;
      assert.ok(JSON.parse(line).message.endsWith(shown), line);
      assert.ok(JSON.parse(line).nested.text[0].endsWith(shown), line);
      assert.ok(pretty[0]?.includes(`${shown}  `), pretty[0]);
      assert.doesNotMatch(pretty.join(), /Signature|a\.b\.c/);
    });
  }

  it('is not held up by long texts without an end', () => {
    for (const piece of ['/', 'a', 'a:/', '?', '/?']) log.info(`${piece.repeat(1_000_000)}?secret`);
    assert.doesNotMatch([...lines, ...pretty].join('\n'), /\/\?secret/);
  });
});

/** What Google's client says when the storage breaks off a resumable upload. */
async function failedUpload(): Promise<Error> {
  const server = createServer((request, response) => {
    request.resume();
    const { host } = request.headers;
    if (request.method === 'POST')
      response.writeHead(200, { Location: `http://${host}/session?upload_id=secret-session` }).end('{}');
    else request.socket.destroy();
  });
  const apiEndpoint = await listen(server, 0);
  const client = new Storage({ projectId: 'test', apiEndpoint, retryOptions: { autoRetry: false } });
  const saved = client.bucket('b').file('k').save('abc', { resumable: true });
  const error: unknown = await saved.catch((reason: unknown) => reason);
  server.close();
  assert.ok(error instanceof Error);
  return error;
}

describe('traceFields', () => {
  const trace = (headers: Record<string, string>, project?: string) =>
    traceFields(new Headers(headers), null, project);

  it('reads X-Cloud-Trace-Context, whose span is decimal', () => {
    assert.deepEqual(trace({ 'X-Cloud-Trace-Context': `${TRACE}/67667974448284343;o=1` }, 'p'), {
      'logging.googleapis.com/trace': `projects/p/traces/${TRACE}`,
      'logging.googleapis.com/spanId': '00f067aa0ba902b7',
      'logging.googleapis.com/trace_sampled': true,
    });
    assert.deepEqual(trace({ 'X-Cloud-Trace-Context': TRACE }), { 'logging.googleapis.com/trace': TRACE });
  });

  it('prefers traceparent', () => {
    const other = 'f'.repeat(32);
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-00`, 'X-Cloud-Trace-Context': other };
    assert.equal(trace(headers)['logging.googleapis.com/trace'], TRACE);
  });

  for (const header of ['', 'x', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `${TRACE.slice(1)}/1;o=1`]) {
    it(`makes nothing of ${JSON.stringify(header)}`, () => {
      assert.deepEqual(trace({ traceparent: header, 'X-Cloud-Trace-Context': header }), {});
    });
  }
});
