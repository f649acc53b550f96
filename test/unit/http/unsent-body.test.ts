import assert from 'node:assert/strict';
import { createHttp } from '../../../lib/http/router.ts';
import { silentLog } from '../../../lib/runtime/log.ts';

describe('A body that is not sent', () => {
  /** One route whose answer streams; counts how many of its streams were read to the end or cancelled. */
  function streaming(status: 200 | 404) {
    const ended = { cancelled: 0, read: 0 };
    const http = createHttp(silentLog);
    http.get('/stream', () => {
      const body = new ReadableStream(
        {
          pull(controller) {
            ended.read += 1;
            controller.close();
          },
          cancel() {
            ended.cancelled += 1;
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(body, { status, headers: { 'Content-Type': 'audio/wav', 'Content-Length': '0' } });
    });
    return { ended, ask: (method: string) => http.request('/stream', { method }) };
  }

  for (const status of [200, 404] as const) {
    it(`is cancelled for HEAD with status ${status}, and the headers stay`, async () => {
      const { ended, ask } = streaming(status);
      const answer = await ask('HEAD');
      assert.equal(answer.status, status);
      assert.equal(answer.body, null);
      assert.equal(answer.headers.get('content-type'), 'audio/wav');
      assert.equal(answer.headers.get('content-length'), '0');
      assert.deepEqual(ended, { cancelled: 1, read: 0 });
    });
  }

  it('is never the body of a GET, which is left alone', async () => {
    const { ended, ask } = streaming(200);
    assert.equal(await (await ask('GET')).text(), '');
    assert.deepEqual(ended, { cancelled: 0, read: 1 });
  });
});
