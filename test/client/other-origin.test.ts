import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { testBrowser } from '../support/browser.ts';
import { testService } from '../support/service.ts';
import { minified } from './bundle.ts';

const page = (service: string) => `<!doctype html>
<input type="file">
<output></output>
<script type="module">
  import { createClient } from './client.js';
  const show = (text) => { document.querySelector('output').textContent = text; };
  document.querySelector('input').addEventListener('change', async ({ target }) => {
    try {
      const client = createClient({ baseUrl: '${service}' });
      const { token } = await client.logIn('user0@example.org', 'correct horse');
      const { task, download } = await client.convert(target.files[0], { newFormat: 'mp3' });
      const result = await download();
      const bytes = await result.bytes();
      const ask = (key) => fetch('${service}/api/tasks', {
        method: 'POST',
        headers: { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: JSON.stringify({ filename: 'a.wav', newFormat: 'mp3' }),
      });
      await ask('page');
      const again = await ask('page');
      const wrong = await ask('a b');
      show(JSON.stringify({
        state: task.state, whole: bytes.length === task.result.size, name: result.name,
        replayed: again.headers.get('Idempotent-Replayed'), refused: (await wrong.json()).code,
      }));
    } catch (error) {
      show(String(error.stack));
    }
  });
</script>`;

describe('The client on a page of another origin', function () {
  this.timeout(60_000);
  // The page and its script come from a server of their own.
  const pages = createServer(async (request, response) => {
    const isScript = request.url?.endsWith('.js');
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? await minified() : page(service.url()));
  });
  let origin = '';
  before(async () => {
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const address = pages.address();
    if (address !== null && typeof address === 'object') origin = `http://127.0.0.1:${address.port}`;
  });
  const service = testService({
    get CORS_ORIGINS() {
      return origin;
    },
  });
  const browser = testBrowser();
  after(() => pages.close());

  it('uploads, listens, downloads and repeats, if CORS_ORIGINS names the origin', async () => {
    await service.newUser();
    const path = join(service.data(), 'tone.wav');
    await makeTone(path, 20);
    const opened = await browser().newPage();
    await opened.goto(origin);
    await opened.setInputFiles('input', path);
    const text = await opened.locator('output:not(:empty)').textContent();
    await opened.close();
    assert.deepEqual(JSON.parse(text ?? ''), {
      state: 'PROCESSED',
      whole: true,
      name: 'tone.mp3',
      replayed: 'true',
      refused: 'invalid_request',
    });
  });

  it('reads nothing if the origin is another one, though of the same machine', async () => {
    const opened = await browser().newPage();
    await opened.goto(origin.replace('127.0.0.1', 'localhost'));
    const read = (url: string) => fetch(url).then(String, String);
    assert.match(await opened.evaluate(read, `${service.url()}/health`), /Failed to fetch/);
    await opened.close();
  });
});
