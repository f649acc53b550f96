import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, outputOf, type Progress, TonemillError } from '../../lib/client/index.ts';
import { fileAt, saveTo } from '../../lib/client/node.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testService } from '../support/service.ts';

describe('The client', () => {
  const service = testService();
  const folder = temporaryFolder();
  const tone = () => join(service.data(), 'tone.wav');
  before(() => makeTone(tone(), 3));

  const newClient = async () => {
    const { email } = await service.newUser();
    const client = createClient({ baseUrl: service.url() });
    await client.logIn(email, 'correct horse');
    return client;
  };

  it('converts a file of the disk, and tells how far it is', async () => {
    const client = await newClient();
    const progress: Progress[] = [];
    const { task, download } = await client.convert(
      await fileAt(tone()),
      { newFormat: 'mp3', options: { bitrate: 96_000 } },
      { onProgress: (one) => progress.push(one) },
    );
    assert.deepEqual([task.name, task.state, task.options], ['tone.wav', 'PROCESSED', { bitrate: 96_000 }]);
    const result = await download();
    assert.deepEqual([result.name, result.type, result.size], ['tone.mp3', 'audio/mpeg', task.result?.size]);
    await saveTo(join(folder(), result.name), result);
    assert.equal((await readFile(join(folder(), 'tone.mp3'))).length, task.result?.size);
    const sent = progress.filter(({ stage }) => stage === 'upload');
    assert.deepEqual(sent.at(-1)?.fraction, 1);
    assert.deepEqual(progress.at(-1), { stage: 'conversion', fraction: 1 });
  });

  it('throws the code and the sentence of a failed conversion, and of a refused request', async () => {
    const client = await newClient();
    await assert.rejects(
      client.convert(new Blob(['no audio']), { newFormat: 'mp3', filename: 'a.wav' }),
      (error) => {
        assert.ok(error instanceof TonemillError);
        assert.deepEqual([error.code, error.status], ['not_audio', 0]);
        assert.ok(error.taskId);
        return true;
      },
    );
    await assert.rejects(client.convert(await fileAt(tone()), outputOf('mp5')), (error) => {
      assert.ok(error instanceof TonemillError);
      assert.deepEqual([error.code, error.status], ['unsupported_format', 422]);
      assert.equal(error.problem?.errors?.[0]?.path, 'newFormat');
      return true;
    });
    await assert.rejects(client.tasks.get(4711), { code: 'not_found', status: 404 });
  });

  it('converts by a saved preset, which it saves, changes and removes', async () => {
    const client = await newClient();
    const saved = await client.presets.save({ name: 'small', format: 'ogg', options: { channels: 1 } });
    const song = await fileAt(tone());
    const { task } = await client.convert(song, { options: { preset: 'small' } });
    assert.deepEqual([task.convertedExt, task.options], ['ogg', { channels: 1 }]);
    assert.equal((await client.presets.change(saved.id, { name: 'tiny', format: 'opus' })).name, 'tiny');
    assert.deepEqual(
      (await client.presets.list()).map(({ name }) => name),
      ['tiny'],
    );
    await client.presets.remove(saved.id);
    await client.presets.remove(saved.id);
    await assert.rejects(client.presets.get(saved.id), { code: 'not_found' });
  });

  it('makes webhooks, changes, tries and removes them', async () => {
    const client = await newClient();
    const made = await client.webhooks.create({ url: 'https://example.com/hook', events: ['task.failed'] });
    const rotated = await client.webhooks.rotate(made.id);
    assert.notEqual(rotated.secret, made.secret);
    const { id } = await client.webhooks.test(made.id);
    assert.equal((await client.webhooks.replay(made.id, id)).id, id);
    assert.deepEqual(
      (await client.webhooks.deliveries(made.id, { max: 5 })).map(({ event }) => event),
      ['webhook.test'],
    );
    assert.equal((await client.webhooks.change(made.id, { enabled: false })).enabled, false);
    assert.equal((await client.webhooks.get(made.id)).enabled, false);
    assert.deepEqual(
      (await client.webhooks.list()).map((webhook) => webhook.id),
      [made.id],
    );
    await client.webhooks.remove(made.id);
    await client.webhooks.remove(made.id);
    await assert.rejects(client.webhooks.get(made.id), { code: 'not_found' });
  });

  it('probes a file without a task, and gives a task a cover', async () => {
    const client = await newClient();
    const song = await fileAt(tone());
    const media = await client.probe(song, { loudness: true });
    assert.deepEqual(
      [media.codec, media.duration, typeof media.loudness?.integrated],
      ['pcm_s16le', 3, 'number'],
    );
    assert.equal((await client.probe(song)).loudness, null);
    const { task } = await client.convert(song, { newFormat: 'mp3' });
    const params = { path: { id: task.id }, query: { format: 'png' } } as const;
    const drawn = await client.api.GET('/api/tasks/{id}/waveform', { params, parseAs: 'blob' });
    assert.ok(drawn.data instanceof Blob);
    const covered = await client.setCover(task.id, drawn.data);
    assert.deepEqual([covered.cover?.mimeType, covered.revision], ['image/png', 2]);
    assert.equal((await client.tasks.settled(task.id)).result?.media.coverArt, true);
    assert.equal((await client.removeCover(task.id)).cover, null);
    await assert.rejects(client.setCover(task.id, new Blob(['no picture'])), { code: 'invalid_image' });
  });

  it('lists every task, page after page', async () => {
    const client = await newClient();
    for (let count = 0; count < 5; count += 1)
      await client.openUpload({ filename: `${count}.wav` }, { newFormat: 'mp3' });
    for (const max of [1, 2, 5, 6]) {
      const names = [];
      for await (const { name } of client.tasks.all({ max, order: '1' })) names.push(name);
      assert.deepEqual(names, ['4.wav', '3.wav', '2.wav', '1.wav', '0.wav'], `${max}`);
      const sorted = await Array.fromAsync(client.tasks.all({ max, sort: 'name', name: '.WAV' }));
      assert.deepEqual(
        sorted.map(({ name }) => name),
        names.toReversed(),
      );
    }
  });

  it('sends many files as one batch, leaves out those that cannot be sent, and loads all results', async () => {
    const client = await newClient();
    const song = await fileAt(tone());
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new TonemillError('gone', 'The file is gone.')),
    });
    const progress: number[] = [];
    const sent = await client.batches.upload(
      [
        { file: song, newFormat: 'mp3' },
        { file: broken, newFormat: 'mp3', filename: 'broken.wav' },
        { file: song, newFormat: 'flac', filename: 'b.wav' },
        { file: song.stream(), newFormat: 'mp3', filename: 'tone.wav' },
      ],
      { name: 'Album', onProgress: (fraction) => progress.push(fraction) },
    );
    assert.deepEqual(
      sent.tasks.map((task) => task?.name),
      ['tone.wav', undefined, 'b.wav', 'tone.wav'],
    );
    assert.deepEqual(
      sent.unsent.map(({ index, error }) => [index, error.code]),
      [[1, 'gone']],
    );
    assert.equal(progress.at(-1), 1);
    const { states, name } = await client.batches.settled(sent.batch.id);
    assert.deepEqual([name, states], ['Album', { PROCESSED: 3 }]);
    const results = await client.batches.download(sent.batch.id);
    assert.deepEqual([results.name, results.type], ['Album.zip', 'application/zip']);
    assert.deepEqual([...(await results.bytes()).subarray(0, 4)], [0x50, 0x4b, 3, 4]);
    await client.batches.remove(sent.batch.id);
    assert.deepEqual(await client.batches.list(), []);
  });

  it('leaves nothing of a batch whose upload is stopped', async () => {
    const client = await newClient();
    const song = await fileAt(tone());
    const stopping = new AbortController();
    const reason = new Error('stopped');
    const onProgress = () => stopping.abort(reason);
    const files = Array.from({ length: 5 }, () => ({ file: song, newFormat: 'mp3' as const }));
    const stopped = client.batches.upload(files, { signal: stopping.signal, onProgress });
    await assert.rejects(stopped, (error) => error === reason);
    assert.deepEqual([await client.batches.list(), await client.tasks.list()], [[], []]);
  });

  it('opens an upload whose address is kept, and goes on with it after it was stopped', async () => {
    const client = await newClient();
    const song = await fileAt(tone());
    const { task, url } = await client.openUpload(
      { filename: 'kept.wav', size: song.size },
      { newFormat: 'mp3' },
    );
    const stopping = new AbortController();
    const stopped = client.resumeUpload(url, song, {
      signal: stopping.signal,
      onProgress: () => stopping.abort(new Error('stopped')),
    });
    await stopped.catch(() => undefined);
    assert.equal((await client.tasks.get(task.id)).name, 'kept.wav');
    await client.resumeUpload(url, song);
    assert.equal((await client.tasks.settled(task.id)).state, 'PROCESSED');
  });

  it('makes keys, and converts by one of them', async () => {
    const client = await newClient();
    const made = await client.keys.create({ name: 'program', scopes: ['tasks:read', 'tasks:write'] });
    const program = createClient({ baseUrl: service.url(), apiKey: made.key });
    const { task } = await program.convert(await fileAt(tone()), { newFormat: 'wav' });
    assert.equal(task.state, 'PROCESSED');
    await assert.rejects(program.keys.list(), { code: 'insufficient_scope', status: 403 });
    assert.deepEqual(
      (await client.keys.list()).map(({ name }) => name),
      ['program'],
    );
    await client.keys.remove(made.id);
    await assert.rejects(program.tasks.list(), { code: 'unauthenticated' });
  });

  it('goes on with the new session after a change of the password, and ends with the account', async () => {
    const client = await newClient();
    const changed = await client.account.change({ password: 'correct horse', newPassword: 'battery staple' });
    assert.equal((await client.account.get()).email, changed.email);
    await assert.rejects(client.account.remove('correct horse'), { code: 'wrong_password' });
    await client.account.remove('battery staple');
    await assert.rejects(client.account.get(), { code: 'unauthenticated' });
  });
});
