import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { makeTone } from '../support/audio.ts';
import { testDatabase } from '../support/database.ts';
import { newUser, PROBLEM, type User } from '../support/service.ts';
import { until } from '../support/until.ts';
import { newDatabase, type VmDeployment, type VmProcess, vmDeployment } from '../support/vm.ts';

describe('A request with an Idempotency-Key at two API processes', function () {
  this.timeout(60_000);
  const database = testDatabase();
  let vm: VmDeployment;
  let apis: [VmProcess, VmProcess];
  let tone: Uint8Array;
  let user: User;
  let url = '';

  before(async () => {
    url = await newDatabase(database.url());
    vm = await vmDeployment(url);
    for (const command of ['init-share', 'migrate']) await vm.command(command);
    const environment = { ...vm.environment('api'), API_PROCESSES: '1' };
    apis = [await vm.start('serve', environment), await vm.start('serve', environment)];
    await makeTone(join(vm.folder, 'in.wav'), 1);
    tone = Uint8Array.from(await readFile(join(vm.folder, 'in.wav')));
    user = await newUser(apis[0].url, 1);
  });
  after(() => vm.remove());

  const send = (key: string, at: VmProcess) => {
    const body = new FormData();
    body.set('newFormat', 'mp3');
    body.set('audio', new Blob([Uint8Array.from(tone)]), 'in.wav');
    const init = { method: 'POST', body, headers: { 'Idempotency-Key': key } };
    return user.at(at.url).fetch('/api/tasks', init);
  };

  it('makes one task where fifty come at once', async () => {
    const sent = Array.from({ length: 50 }, (_, index) => send('fifty', apis[index % 2] ?? apis[0]));
    const answers = await Promise.all(sent);
    const statuses = new Set(answers.map(({ status }) => status));
    assert.deepEqual(statuses.difference(new Set([200, 409])), new Set());
    const texts = await Promise.all(answers.filter(({ ok }) => ok).map((answer) => answer.text()));
    assert.equal(new Set(texts).size, 1);
    assert.equal((await user.tasks()).length, 1);
    for (const api of apis)
      assert.equal((await send('fifty', api)).headers.get('idempotent-replayed'), 'true');
  });

  it('is carried out by the other one after the first was killed in the middle of it', async () => {
    const knex = openDatabase(url, 1);
    try {
      const before = (await user.tasks()).length;
      await sendHalf(apis[0], 'killed');
      const claims = () => knex('idempotency_keys').whereNotNull('claim');
      await until(async () => (await claims()).length === 1);
      assert.equal(
        PROBLEM.parse(await (await send('killed', apis[1])).json()).code,
        'idempotency_key_in_use',
      );
      await apis[0].end('SIGKILL');
      // The time of a claim, without waiting for it.
      await claims().update({ claimed_until: new Date(0) });
      const answer = await send('killed', apis[1]);
      assert.deepEqual([answer.status, answer.headers.get('idempotent-replayed')], [200, null]);
      assert.equal((await send('killed', apis[1])).headers.get('idempotent-replayed'), 'true');
      assert.equal((await user.at(apis[1].url).tasks()).length, before + 1);
    } finally {
      await knex.destroy();
    }
  });

  /** Sends the beginning of a form, and leaves the connection open. */
  async function sendHalf(api: VmProcess, key: string): Promise<void> {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const lines = [
      'POST /api/tasks HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${user.token}`,
      `Idempotency-Key: ${key}`,
      'Content-Type: multipart/form-data; boundary=b',
      'Content-Length: 100000',
      '',
      '--b\r\nContent-Disposition: form-data; name="audio"; filename="in.wav"\r\n\r\n',
    ];
    socket.write(lines.join('\r\n'));
  }
});
