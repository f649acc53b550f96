import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { prepareDatabase } from '../../lib/app/open-database.ts';
import type { TargetName } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { makeTone } from '../support/audio.ts';
import { testCloud } from '../support/cloud.ts';
import { testDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testReceiver } from '../support/receiver.ts';
import { remoteServer } from '../support/remote.ts';
import { newUser, post, TASK } from '../support/service.ts';

const CREATED = z.object({ task: TASK });
const OUTBOUND = { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' };
/** A limit that conversions count. */
const COUNTED = { MAX_AUDIO_MINUTES_PER_DAY: '1000' };

const NAMES = ['api', 'transfer', 'convert', 'dead-letter', 'sweep'] as const satisfies TargetName[];

/** Logins belong to the server, which other tests share; these are for this file alone. */
const loginOf = (name: string) => `rights-${name}`;

describe('Functions with the rights that npm run migrate grants each', function () {
  this.timeout(60_000);
  const server = testDatabase();
  const cloud = testCloud();
  const folder = temporaryFolder();
  const remote = remoteServer();
  const receiver = testReceiver();

  before(async () => {
    for (const name of NAMES) await server.knex().raw(`create role "${loginOf(name)}"`);
    const logins = Object.fromEntries(NAMES.map((name) => [name, loginOf(name)]));
    const config = loadConfig({ DATABASE_GRANTS: JSON.stringify(logins) });
    await prepareDatabase(config, cloud.databaseUrl(), silentLog);
  });

  /** A function whose statements have the rights of its login. */
  const as = (name: (typeof NAMES)[number]) => {
    const url = new URL(cloud.databaseUrl());
    url.searchParams.set('options', `-c role=${loginOf(name)}`);
    return cloud.instance({ ...OUTBOUND, ...COUNTED, DATABASE_URL: url.href });
  };

  it('fetch, convert, deliver and tell of it', async () => {
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    const tone = await readFile(path);
    remote.on('/tone.wav', (_incoming, outgoing) => outgoing.end(tone));
    remote.on('/text.wav', (_incoming, outgoing) => outgoing.end('no sound'));
    let delivered = 0;
    remote.on('/put', async (incoming, outgoing) => {
      delivered = Buffer.concat(await incoming.toArray()).length;
      outgoing.end();
    });
    const [api, transfer, convert] = [as('api'), as('transfer'), as('convert')];
    const url = await cloud.serve(api);
    const ann = await newUser(url, 950);
    const create = async (name: string) => {
      const webhook = { url: receiver.url(), events: ['task.processed', 'task.failed'] };
      const body = { url: remote.url(name), destination: remote.url('/put'), newFormat: 'mp3', webhook };
      const answer = await post(`${url}/api/tasks`, body, { Authorization: `Bearer ${ann.token}` });
      return CREATED.parse(await answer.json()).task.id;
    };
    const stateOf = async (id: number) => (await ann.settled(id)).state;

    const id = await create('/tone.wav');
    assert.equal(await cloud.transferFiles(transfer), 204);
    assert.equal(await cloud.push({ taskId: id, revision: 1 }, { app: convert }), 204);
    assert.equal(await stateOf(id), 'PROCESSED');
    assert.equal(await cloud.transferFiles(transfer), 204);
    assert.ok(delivered > 1000);

    const wrong = await create('/text.wav');
    assert.equal(await cloud.transferFiles(transfer), 204);
    assert.equal(await cloud.push({ taskId: wrong, revision: 1 }, { app: convert }), 204);
    assert.equal(await stateOf(wrong), 'FAILED');

    const sweep = as('sweep');
    assert.equal(await cloud.sendDeliveries(sweep), 204);
    assert.equal(receiver.received.length, 2);
    const dead = { taskId: wrong, revision: 1 };
    assert.equal(await cloud.push(dead, { target: 'dead-letter', app: as('dead-letter') }), 204);
    await cloud.sweep(sweep);
    assert.doesNotMatch(cloud.lines().join('\n'), /permission denied/);
  });
});
