import assert from 'node:assert/strict';
import { createHttp, jsonBody } from '../../../lib/http/router.ts';
import { AppError, type ErrorCode } from '../../../lib/runtime/errors.ts';
import { createLog, silentLog } from '../../../lib/runtime/log.ts';
import { jsonLine } from '../../../lib/runtime/log-formats.ts';

describe('A JSON body', () => {
  const http = createHttp(silentLog);
  http.on('POST', ['/json'], ...jsonBody(), async (c) => c.json(await c.req.json()));
  const send = (body: Uint8Array<ArrayBuffer>) =>
    http.request('/json', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });

  it('is refused where it is not UTF-8, since texts that differ would become the same', async () => {
    const answer = await send(Buffer.from('{"password":"sch\xf6nes Pferd"}', 'latin1'));
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /"code":"invalid_request".*not valid UTF-8/);
  });

  it('in UTF-8 is read as it is, also with a byte order mark', async () => {
    const answer = await send(Buffer.from('\uFEFF{"password":"schönes Pferd"}'));
    assert.deepEqual([answer.status, await answer.json()], [200, { password: 'schönes Pferd' }]);
  });
});

describe('The line of a request', () => {
  async function severityOf(code: ErrorCode): Promise<unknown> {
    const lines: string[] = [];
    const http = createHttp(createLog((event) => lines.push(jsonLine(event))));
    http.get('/', () => {
      throw new AppError(code, 'No.');
    });
    assert.equal((await http.request('/')).status, 503);
    const last: { severity: string } = JSON.parse(lines.at(-1) ?? '');
    return last.severity;
  }

  for (const code of ['upload_gap', 'interrupted'] as const) {
    it(`is no ERROR for ${code}, which a client can bring about by two requests at once`, async () => {
      assert.equal(await severityOf(code), 'INFO');
    });
  }

  for (const [path, taskId] of [
    ['/api/tasks/7', 7],
    ['/api/uploads/7', 7],
    ['/api/batches/7', undefined],
    ['/api/presets/7', undefined],
  ] as const) {
    it(`names ${taskId ? 'the task' : 'no task'} of ${path}`, async () => {
      const lines: string[] = [];
      const http = createHttp(createLog((event) => lines.push(jsonLine(event))));
      http.get(path.replace('7', ':id'), (c) => c.body(null));
      await http.request(path);
      const last: { taskId?: number } = JSON.parse(lines.at(-1) ?? '');
      assert.equal(last.taskId, taskId);
    });
  }

  it('is an ERROR where the service itself is unavailable', async () => {
    assert.equal(await severityOf('unavailable'), 'ERROR');
  });
});

describe('A disk that is full', () => {
  it('makes the service unavailable, and is no defect of it', async () => {
    const http = createHttp(silentLog);
    http.get('/', () => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' });
    });
    const answer = await http.request('/');
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /"code":"unavailable"/);
  });
});

describe('A method that is not possible', () => {
  it('is answered by those of the path itself, not by those of a path with a parameter that matches too', async () => {
    const http = createHttp(silentLog);
    http.get('/tasks/all.zip', (c) => c.body(null));
    http.get('/tasks/:id', (c) => c.body(null));
    http.put('/tasks/:id', (c) => c.body(null));
    const allowed = async (path: string) => {
      const answer = await http.request(path, { method: 'OPTIONS' });
      return [answer.status, answer.headers.get('allow')];
    };
    assert.deepEqual(await allowed('/tasks/all.zip'), [405, 'GET, HEAD']);
    assert.deepEqual(await allowed('/tasks/7'), [405, 'GET, HEAD, PUT']);
  });
});
