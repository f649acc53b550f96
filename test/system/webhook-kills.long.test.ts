import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { newFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { testReceiver, verified } from '../support/receiver.ts';
import { newUser } from '../support/service.ts';
import { until } from '../support/until.ts';

const WEBHOOK = z.object({ secret: z.string() });

/** Tries to one host at once, as the program has them. */
const AT_ONCE = 4;

describe('A program that is killed', function () {
  this.timeout(120_000);
  const receiver = testReceiver();
  let folder = '';
  let program: Program;
  const start = () => {
    const { PATH, FFMPEG_PATH } = process.env;
    const outbound = { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' };
    return startProgram({ PATH, FFMPEG_PATH, PORT: '0', TONEMILL_DATA: folder, ...outbound });
  };

  before(async () => {
    folder = await newFolder();
    program = await start();
  });
  after(async () => {
    await program.end('SIGTERM');
    await removeCluster(join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no message: neither one that nobody had sent, nor one whose try broke off', async () => {
    const user = await newUser(program.url, 1);
    const made = await user.fetch('/api/webhooks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ url: receiver.url(), events: ['task.failed'] }),
    });
    const { secret } = WEBHOOK.parse(await made.json());
    // The receiver holds its first tries, so that no other message is sent.
    for (let n = 0; n < AT_ONCE; n++) receiver.answers.push(() => undefined);
    const ids = [];
    for (let n = 0; n <= AT_ONCE; n++) {
      const file = { name: `${n}.wav`, bytes: Buffer.from('no sound') };
      ids.push((await user.convert(file, 'mp3')).id);
    }
    await until(() => receiver.received.length === AT_ONCE);
    await program.end('SIGKILL');
    const told = () => receiver.received.map((one) => verified(one, secret).data.id);
    assert.equal(new Set(told()).size, AT_ONCE);
    program = await start();
    await until(() => new Set(told()).size === ids.length);
    await until(() => receiver.received.length === ids.length + AT_ONCE);
    assert.deepEqual(told().slice(AT_ONCE).toSorted(), ids.toSorted());
  });
});
