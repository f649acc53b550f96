import assert from 'node:assert/strict';
import { openDownload } from '../../../lib/client/download.ts';

const URL = 'http://service/api/tasks/1/result?redirect=false';

/** A body that has these bytes, and then breaks where more are expected. */
function bodyOf(text: string, breaks: boolean): ReadableStream {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (!sent && text !== '') controller.enqueue(new TextEncoder().encode(text));
      else if (breaks) controller.error(new TypeError('terminated'));
      else controller.close();
      sent = true;
    },
  });
}

describe('A download of the client', () => {
  /** Opens a download over these answers, which come one after another. */
  async function opened(...answers: Response[]) {
    const requests: Request[] = [];
    const answer = async (request: Request) => {
      requests.push(request);
      return answers[requests.length - 1] ?? new Response(null, { status: 500 });
    };
    const download = await openDownload(URL, 'task.mp3', { transport: answer, send: answer }, undefined);
    return { download, requests };
  }
  const text = async (download: { bytes(): Promise<Uint8Array> }) =>
    new TextDecoder().decode(await download.bytes());
  const whole = { 'Content-Length': '6', ETag: '"1"' };

  it('asks for the rest of the same file after each break', async () => {
    const { download, requests } = await opened(
      new Response(bodyOf('abc', true), { headers: whole }),
      new Response(bodyOf('d', true), { status: 206, headers: { ETag: '"1"' } }),
      new Response(bodyOf('ef', false), { status: 206, headers: { ETag: '"1"' } }),
    );
    assert.equal(await text(download), 'abcdef');
    assert.deepEqual(
      requests.map(({ headers }) => [headers.get('Range'), headers.get('If-Range')]),
      [
        [null, null],
        ['bytes=3-', '"1"'],
        ['bytes=4-', '"1"'],
      ],
    );
  });

  it('asks for the rest where a connection ends too early without an error', async () => {
    const { download } = await opened(
      new Response(bodyOf('abc', false), { headers: whole }),
      new Response(bodyOf('def', false), { status: 206 }),
    );
    assert.equal(await text(download), 'abcdef');
  });

  it('never mixes two files', async () => {
    const { download } = await opened(
      new Response(bodyOf('abc', true), { headers: whole }),
      new Response(bodyOf('xyzxyz', false), { headers: { ...whole, ETag: '"2"' } }),
    );
    await assert.rejects(text(download), { code: 'file_changed' });
  });

  it('tells that a file broke off which cannot be asked for in parts', async () => {
    const { download } = await opened(new Response(bodyOf('abc', true)));
    assert.equal(download.size, undefined);
    await assert.rejects(text(download), { code: 'network' });
    const short = new Response(bodyOf('abc', false), { headers: { 'Content-Length': '6' } });
    await assert.rejects(text((await opened(short)).download), { code: 'network' });
  });

  it('is given up after some breaks without a byte', async () => {
    const empty = () => new Response(bodyOf('', false), { status: 206 });
    const answers = Array.from({ length: 20 }, empty);
    const { download, requests } = await opened(
      new Response(bodyOf('abc', false), { headers: whole }),
      ...answers,
    );
    await assert.rejects(text(download), { code: 'network' });
    assert.ok(requests.length < 10);
  });

  it('follows the address of a file that an object storage has', async () => {
    const { download, requests } = await opened(
      Response.json({ url: 'http://storage/file' }),
      new Response(bodyOf('abcdef', false), { headers: whole }),
    );
    assert.equal(await text(download), 'abcdef');
    assert.equal(requests[1]?.url, 'http://storage/file');
  });

  for (const [header, name] of [
    [null, 'task.mp3'],
    ['attachment', 'task.mp3'],
    ['attachment; filename="a b.mp3"', 'a b.mp3'],
    ['attachment; filename="say \\"a\\".mp3"', 'say "a".mp3'],
    ['attachment; filename=a.mp3', 'a.mp3'],
    [`attachment; filename="T?ne.mp3"; filename*=UTF-8''T%C3%B6ne.mp3`, 'Töne.mp3'],
    [`attachment; filename="a.mp3"; filename*=UTF-8''%E0%A4%A`, 'a.mp3'],
  ] as const)
    it(`has the name ${name} by ${header}`, async () => {
      const headers = { ...whole, ...(header && { 'Content-Disposition': header }) };
      const { download } = await opened(new Response(bodyOf('abcdef', false), { headers }));
      assert.equal(download.name, name);
    });

  it('throws the error of the service', async () => {
    const problem = { code: 'not_ready', detail: 'This task has no result.', status: 409 };
    await assert.rejects(opened(Response.json(problem, { status: 409 })), { code: 'not_ready', status: 409 });
    await assert.rejects(opened(new Response('<html>', { status: 502 })), { code: 'unexpected_answer' });
  });
});
