import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createHttp } from '../../../lib/http/router.ts';
import { createHttpServer } from '../../../lib/http/server.ts';
import { silentLog } from '../../../lib/runtime/log.ts';

describe('A request that the HTTP parser refuses', () => {
  const server = createHttpServer(createHttp(silentLog), silentLog);

  for (const [reason, status, code] of [
    ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout', 'request_timeout'],
    ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Content Too Large', 'too_large'],
    ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large', 'invalid_request'],
    ['HPE_INVALID_EOF_STATE', '400 Bad Request', 'invalid_request'],
    ['HPE_INVALID_METHOD', '400 Bad Request', 'invalid_request'],
  ] as const) {
    it(`because of ${reason} is answered ${status} with the code ${code}`, async () => {
      const socket = new PassThrough();
      server.emit('clientError', Object.assign(new Error('refused'), { code: reason }), socket);
      const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
      assert.ok(head.startsWith(`HTTP/1.1 ${status}\r\n`), head);
      const problem: { code: string } = JSON.parse(body);
      assert.equal(problem.code, code);
    });
  }
});
