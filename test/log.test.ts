import assert from 'node:assert/strict';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { createHttp } from '../lib/http.ts';
import { createLog } from '../lib/log.ts';
import { traceFields } from '../lib/trace.ts';

const LINE = z.looseObject({
  severity: z.string(),
  message: z.string(),
  time: z.iso.datetime(),
  seconds: z.number().optional(),
  httpRequest: z.object({ requestMethod: z.string(), status: z.int(), latency: z.string() }).optional(),
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('The log', () => {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
  });
  const log = createLog((line) => lines.push(line));
  const http = () => {
    const app = createHttp(log, 'project');
    app.get('/things/:id', (c) => {
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
    const [inner, request, ...others] = await ask('/things/7');
    assert.equal(inner?.message, 'Looked');
    assert.deepEqual(others, []);
    assert.equal(request?.message, 'GET /things/:id 200');
    assert.equal(request.severity, 'INFO');
    assert.equal(request.taskId, 7);
    assert.deepEqual([request.httpRequest?.requestMethod, request.httpRequest?.status], ['GET', 200]);
    assert.match(request.httpRequest?.latency ?? '', /^\d+\.\d+s$/);
    assert.equal(typeof request.seconds, 'number');
  });

  it('has one for a refusal as well, and calls a failure of ours an error', async () => {
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

  it('joins all lines of a request to its trace', async () => {
    for (const line of await ask('/things/7', { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` })) {
      assert.equal(line['logging.googleapis.com/trace'], `projects/project/traces/${TRACE}`);
      assert.equal(line['logging.googleapis.com/spanId'], '00f067aa0ba902b7');
      assert.equal(line['logging.googleapis.com/trace_sampled'], true);
    }
  });

  it('never holds a query, a path that nobody knows, or a header', async () => {
    const headers = { Authorization: 'Bearer secret-token', 'X-Service-Credential': 'secret-credential' };
    await ask('/things/7?key=secret-key&token=secret-upload', headers);
    await ask('/secret-path/x?X-Goog-Signature=secret-signature', headers);
    await ask('/broken?key=secret-key', headers);
    assert.equal(lines.length, 5);
    assert.doesNotMatch(lines.join('\n'), /secret/);
  });
});

describe('traceFields', () => {
  const trace = (headers: Record<string, string>, project?: string) =>
    traceFields(new Headers(headers), project);

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
