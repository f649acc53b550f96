import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { makeTone } from '../support/audio.ts';
import { convertAsGuest, download, holdSecondPiece } from '../support/console-steps.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { testPages } from '../support/watched-page.ts';

describe('The console and a service that is killed', function () {
  this.timeout(120_000);
  const browser = testPages();
  let program: Program | undefined;
  const folder = temporaryFolder(async () => {
    await program?.end('SIGTERM');
    await removeCluster(join(folder(), 'data', 'postgres'));
  });

  it('goes on with the upload once the service is back, and the bytes are right', async () => {
    const { PATH } = process.env;
    const env = { PATH, PORT: String(await freePort()), TONEMILL_DATA: join(folder(), 'data') };
    program = await startProgram(env);
    const path = join(folder(), 'long.wav');
    await makeTone(path, 40);
    const page = await browser.open(`${program.url}/?to=flac`);
    const held = await holdSecondPiece(page, 'send');
    await convertAsGuest(page, path);
    await held.reached;
    await program.end('SIGKILL');
    held.release();
    program = await startProgram(env);
    await download(page, 'long.wav').waitFor({ timeout: 60_000 });
    const asked = page.waitForResponse((answer) => /\/api\/tasks\?/.test(answer.url()));
    await page.reload();
    const hash = createHash('sha256').update(await readFile(path));
    assert.ok((await (await asked).text()).includes(hash.digest('hex')));
  });
});

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => (address instanceof Object ? done(address.port) : failed(new TypeError('no port'))));
    });
  });
}
