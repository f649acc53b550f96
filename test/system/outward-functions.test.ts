import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../../lib/app/app.ts';
import { makeTone } from '../support/audio.ts';
import { testCloud } from '../support/cloud.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testReceiver, verified } from '../support/receiver.ts';
import { newUser, TASK } from '../support/service.ts';

const OUTBOUND = { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' };
const CREATED = z.object({ task: TASK, webhook: z.object({ secret: z.string() }).optional() });
const DELIVERED = z.object({
  delivered: z.object({ status: z.int().nullable(), error: z.string().nullable() }).nullable(),
});

describe('Functions in the cloud', function () {
  this.timeout(60_000);
  const cloud = testCloud();
  const folder = temporaryFolder();
  const receiver = testReceiver();

  const tone = async () => {
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 1);
    return { name: 'tone.wav', bytes: await readFile(path) };
  };
  const userAt = async (app: App, number: number) => newUser(await cloud.serve(app), number);

  it('send the messages of webhooks at once, after the upload and after the conversion', async () => {
    const app = cloud.instance(OUTBOUND);
    const ann = await userAt(app, 900);
    const wanted = { url: receiver.url(), events: ['task.uploaded', 'task.processed'] };
    const answer = await ann.upload({
      audio: await tone(),
      newFormat: 'mp3',
      webhook: JSON.stringify(wanted),
    });
    const { task, webhook } = CREATED.parse(await answer.json());
    assert.equal(await cloud.sendDeliveries(app), 204);
    assert.equal(await cloud.push({ taskId: task.id, revision: 1 }, { app }), 204);
    assert.equal(await cloud.sendDeliveries(app), 204);
    assert.deepEqual(
      receiver.received.map((one) => verified(one, webhook?.secret ?? '').type),
      ['task.uploaded', 'task.processed'],
    );
  });

  it('write results into a bucket that the operator named, and into no other', async () => {
    const bucket = await cloud.newBucket();
    const app = cloud.instance({ DESTINATION_BUCKETS: bucket.name });
    const ann = await userAt(app, 901);
    const audio = await tone();
    const destination = `gs://${bucket.name}/Töne/song ♪.mp3`;
    const { task } = CREATED.parse(await (await ann.upload({ audio, newFormat: 'mp3', destination })).json());
    // The conversion, and then the delivery, each by a function of its own.
    const message = { taskId: task.id, revision: 1 };
    for (const _ of ['conversion', 'its message again'])
      assert.equal(await cloud.push(message, { app }), 204);
    assert.deepEqual(await bucket.getFiles().then(([files]) => files), []);
    assert.equal(await cloud.transferFiles(app), 204);
    const shown = await (await ann.fetch(`/api/tasks/${task.id}`)).json();
    assert.deepEqual(DELIVERED.parse(shown).delivered, { status: 200, error: null });
    const file = bucket.file('Töne/song ♪.mp3');
    const [[content], [metadata]] = await Promise.all([file.download(), file.getMetadata()]);
    assert.equal(metadata.contentType, 'audio/mpeg');
    const result = await ann.fetch(`/api/tasks/${task.id}/result`);
    assert.deepEqual(content, Buffer.from(await result.arrayBuffer()));
    const other = await ann.upload({ audio, newFormat: 'mp3', destination: 'gs://somebodys/song.mp3' });
    assert.equal(other.status, 422);
  });
});
