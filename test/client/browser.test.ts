import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { testBrowser } from '../support/browser.ts';
import { testService } from '../support/service.ts';
import { minified } from './bundle.ts';

/** A page with a file field, which converts the file that somebody chooses and shows what came out. */
const PAGE = `<!doctype html>
<input type="file">
<output></output>
<script type="module">
  import { createClient } from './client.js';
  const user = new URLSearchParams(location.search).get('user');
  const how = { cookie: true };
  const convert = async (file) => {
    const client = createClient(how);
    await client.logIn(user, 'correct horse');
    const stages = new Set();
    const { task, download } = await client.convert(file, { newFormat: 'mp3' }, {
      onProgress: ({ stage }) => stages.add(stage),
    });
    const { length } = await (await download()).bytes();
    const again = createClient(how);
    const resumed = (await again.resume()) ? (await again.tasks.list()).length : 0;
    return { name: task.name, isWhole: length > 1000 && length === task.result.size, stages: [...stages], resumed };
  };
  document.querySelector('input').addEventListener('change', ({ target }) => {
    const show = (text) => { document.querySelector('output').textContent = text; };
    convert(target.files[0]).then((shown) => show(JSON.stringify(shown)), (error) => show(error.stack));
  });
</script>`;

describe('The client in a browser', function () {
  this.timeout(60_000);
  const service = testService();
  const browser = testBrowser();
  it('converts the file of a page, and resumes the session by its cookie', async () => {
    const { email: user } = await service.newUser();
    const tone = join(service.data(), 'tone.wav');
    await makeTone(tone, 20);
    const script = Buffer.from(await minified());
    const page = await browser().newPage();
    const address = `${service.url()}/test-page`;
    // The page and its script are of the service's origin, which has neither.
    await page.route(`${address}/**`, (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: script })
        : route.fulfill({ contentType: 'text/html', body: PAGE }),
    );
    await page.goto(`${address}/?user=${encodeURIComponent(user)}`);
    await page.setInputFiles('input', tone);
    const text = await page.locator('output:not(:empty)').textContent();
    await page.close();
    assert.match(text ?? '', /^{/);
    assert.deepEqual(JSON.parse(text ?? ''), {
      name: 'tone.wav',
      isWhole: true,
      stages: ['upload', 'conversion'],
      resumed: 1,
    });
  });
});
