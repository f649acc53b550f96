import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { openFiles } from '../support/open-files.ts';
import { testService } from '../support/service.ts';
import { until } from '../support/until.ts';

const DOCUMENT = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** Headers of the representation; Last-Modified, which appears a second after the change, is tried with the conditions. */
const NAMES = ['content-type', 'etag', 'cache-control', 'content-disposition', 'vary'];

describe('HEAD', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  it('is answered on every route of GET with the same status and headers, and opens no file', async () => {
    const user = await service.newUser();
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    const { id } = await user.convert({ name: 'tone.wav', bytes: await readFile(path) }, 'mp3');
    const { paths } = DOCUMENT.parse(await (await user.fetch('/openapi.json')).json());
    const routes = Object.keys(paths).filter((route) => 'get' in (paths[route] ?? {}));
    assert.ok(routes.length > 8);
    const others = ['/docs', '/docs/reference', '/openapi.json', '/docs/none', '/none'];
    const addresses = [...routes.map((route) => route.replace('{id}', String(id))), ...others];
    for (const address of addresses) {
      const [whole, head] = [await user.fetch(address), await user.fetch(address, { method: 'HEAD' })];
      // A stream of events has no end.
      if (/event-stream/.test(whole.headers.get('content-type') ?? '')) await whole.body?.cancel();
      else await whole.arrayBuffer();
      assert.equal(head.status, whole.status, address);
      assert.equal((await head.arrayBuffer()).byteLength, 0, address);
      for (const name of NAMES) {
        assert.equal(head.headers.get(name), whole.headers.get(name), `${address} ${name}`);
      }
    }
    const before = openFiles().length;
    for (const address of addresses) {
      for (let i = 0; i < 10; i++) await user.fetch(address, { method: 'HEAD' });
    }
    await until(() => openFiles().length <= before);
  });
});
