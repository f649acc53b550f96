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
