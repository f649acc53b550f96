import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { binaries, makeSound } from '../support/audio.ts';
import { postBatch } from '../support/batch.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';
import { measuredLoudness } from '../support/sound.ts';

const run = promisify(execFile);

/** Levels of three tracks in dB. */
const TRACKS = { 'loud.wav': -6, 'quiet.wav': -18, 'middle.wav': -12 };

const CREATED = z.object({
  tasks: z.array(z.object({ task: z.object({ id: z.int() }), upload: z.object({ url: z.url() }) })),
});

const SETTLED = z.object({
  state: z.string(),
  error: z.object({ code: z.string() }).nullable(),
  result: z
    .object({
      copied: z.boolean(),
      media: z.object({ tags: z.record(z.string(), z.array(z.string())) }),
      adaptations: z.array(z.object({ property: z.string(), code: z.string() })),
    })
    .nullable(),
});

describe('The album of a batch', function () {
  this.timeout(120_000);
  const service = testService();
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  /** Pink noise of two seconds at a level, as a file. */
  async function noise(name: string, dB: number): Promise<Buffer> {
    await makeSound(
      path(name),
      `anoisesrc=color=pink:sample_rate=48000:duration=2:seed=5:amplitude=0.5,volume=${dB}dB`,
      ...['-ac', '2', '-c:a', 'pcm_s24le'],
    );
    return readFile(path(name));
  }

  async function opened(user: User, requests: readonly object[]) {
    const answer = await postBatch(user, { tasks: requests });
    assert.equal(answer.status, 200, answer.ok ? '' : await answer.text());
    return CREATED.parse(await answer.json()).tasks;
  }

  async function send(url: string, content: Buffer): Promise<void> {
    const headers = { 'Content-Type': 'audio/wav' };
    const sent = await fetch(url, { method: 'PUT', headers, body: Uint8Array.from(content) });
    assert.equal(sent.status, 200, await sent.text());
  }

  /** A task of the batch when it has ended, and its result as a file. */
  async function ended(user: User, id: number) {
    await user.settled(id);
    const task = SETTLED.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
    const file = path(`result-${id}`);
    if (task.state === 'PROCESSED')
      await writeFile(file, Buffer.from(await (await user.fetch(`/api/tasks/${id}/result`)).arrayBuffer()));
    return { ...task, file };
  }

  /** Loudness of several files as one sound, by ffmpeg's own meter. */
  async function togetherLoud(files: readonly string[]): Promise<number> {
    const inputs = files.flatMap((file) => ['-i', file]);
    const graph = `${files.map((_, index) => `[${index}:a]`).join('')}concat=n=${files.length}:v=0:a=1[out]`;
    const joined = path('joined.wav');
    await run((await binaries()).ffmpeg.path, [
      ...[
        '-v',
        'error',
        '-y',
        ...inputs,
        '-filter_complex',
        graph,
        '-map',
        '[out]',
        '-c:a',
        'pcm_f32le',
        joined,
      ],
    ]);
    return (await measuredLoudness(joined)).integrated;
  }

  it('has one gain for all tracks, which brings them to the target together', async () => {
    const user = await service.newUser();
    const options = { loudness: { target: 'ebu-r128', scope: 'album' }, replayGain: 'album' };
    const names = Object.entries(TRACKS);
    const tasks = await opened(
      user,
      names.map(([filename]) => ({ filename, newFormat: 'flac', options })),
    );
    for (const [index, [name, dB]] of names.entries())
      await send(tasks[index]?.upload.url ?? '', await noise(name, dB));
    const made: Awaited<ReturnType<typeof ended>>[] = [];
    for (const { task } of tasks) made.push(await ended(user, task.id));
    const gains: number[] = [];
    for (const [index, [name]] of names.entries()) {
      const before = (await measuredLoudness(path(name))).integrated;
      gains.push((await measuredLoudness(made[index]?.file ?? '')).integrated - before);
    }
    assert.ok(Math.max(...gains) - Math.min(...gains) <= 0.11, gains.join());
    const whole = await togetherLoud(made.map(({ file }) => file));
    assert.ok(Math.abs(whole + 23) <= 0.3, `${whole} LUFS`);
    const [albumGains, trackGains] = ['Album', 'Track'].map((kind) =>
      made.map(({ result }) => Number.parseFloat(result?.media.tags[`replaygain${kind}Gain`]?.[0] ?? '')),
    );
    assert.equal(new Set(albumGains).size, 1);
    assert.ok(Math.abs((albumGains?.[0] ?? 0) - 5) < 0.1, albumGains?.join());
    assert.equal(new Set(trackGains).size, 3);
    assert.deepEqual(
      made.flatMap(({ result }) => result?.adaptations),
      [],
    );
  });

  it('does not touch the sound for its gain, and leaves out what is no sound; an only track is an album', async () => {
    const user = await service.newUser();
    const requests = ['one.wav', 'broken.wav', 'silence.wav'].map((filename) => ({
      ...{ filename, newFormat: 'wav', options: { replayGain: 'album', audio: 'copy' } },
    }));
    const [one, broken, silence] = await opened(user, requests);
    await makeSound(path('silence.wav'), 'anullsrc=duration=1');
    await send(broken?.upload.url ?? '', Buffer.from('this is no sound'));
    await send(silence?.upload.url ?? '', await readFile(path('silence.wav')));
    await send(one?.upload.url ?? '', await noise('one.wav', -6));
    const first = await ended(user, one?.task.id ?? 0);
    const { integrated } = await measuredLoudness(path('one.wav'));
    for (const kind of ['Album', 'Track']) {
      const gain = Number.parseFloat(first.result?.media.tags[`replaygain${kind}Gain`]?.[0] ?? '');
      assert.ok(Math.abs(gain - (-18 - integrated)) <= 0.1, `${kind}: ${gain} dB`);
    }
    assert.equal(first.result?.copied, true);
    assert.equal((await ended(user, broken?.task.id ?? 0)).error?.code, 'not_audio');
    const quiet = (await ended(user, silence?.task.id ?? 0)).result;
    assert.equal(quiet?.media.tags.replaygainTrackGain, undefined);
    assert.deepEqual(quiet?.media.tags.replaygainAlbumGain, first.result?.media.tags.replaygainAlbumGain);
    assert.deepEqual(
      quiet?.adaptations.map(({ property, code }) => [property, code]),
      [['replayGain', 'too_quiet']],
    );
  });

  it('of silence keeps its level and has no gain, and says so', async () => {
    const user = await service.newUser();
    const options = { loudness: { target: -14, scope: 'album' }, replayGain: 'album' };
    const tasks = await opened(
      user,
      ['a.wav', 'b.wav'].map((filename) => ({ filename, newFormat: 'flac', options })),
    );
    await makeSound(path('silence.wav'), 'anullsrc=duration=1');
    for (const { upload } of tasks) await send(upload.url, await readFile(path('silence.wav')));
    for (const { task } of tasks) {
      const { result } = await ended(user, task.id);
      assert.deepEqual(
        result?.adaptations.map(({ property, code }) => [property, code]),
        [
          ['loudness', 'too_quiet'],
          ['replayGain', 'too_quiet'],
        ],
      );
    }
  });

  it('waits for all originals, and goes on when one is removed; a track that is gone later still counts', async () => {
    const user = await service.newUser();
    const options = { loudness: { target: -20, scope: 'album' } };
    const [loud, quiet, never] = await opened(
      user,
      ['loud.wav', 'quiet.wav', 'never.wav'].map((filename) => ({ filename, newFormat: 'wav', options })),
    );
    await send(loud?.upload.url ?? '', await noise('loud.wav', -6));
    await send(quiet?.upload.url ?? '', await noise('quiet.wav', -18));
    const waiting = await user.fetch(`/api/tasks/${loud?.task.id}`);
    assert.equal(SETTLED.parse(await waiting.json()).state, 'UPLOADED');
    await user.fetch(`/api/tasks/${never?.task.id}`, { method: 'DELETE' });
    const first = (await measuredLoudness((await ended(user, loud?.task.id ?? 0)).file)).integrated;
    await ended(user, quiet?.task.id ?? 0);
    await user.fetch(`/api/tasks/${quiet?.task.id}`, { method: 'DELETE' });
    const body = JSON.stringify({ newFormat: 'flac', options });
    const headers = { 'Content-Type': 'application/json' };
    await user.fetch(`/api/tasks/${loud?.task.id}`, { method: 'PUT', headers, body });
    const again = (await measuredLoudness((await ended(user, loud?.task.id ?? 0)).file)).integrated;
    assert.ok(Math.abs(again - first) <= 0.11, `${first} and ${again} LUFS`);
    assert.ok(first > -19.9, 'the quiet track counts');
  });

  it('is refused for a task of no batch, at once', async () => {
    const user = await service.newUser();
    const headers = { 'Content-Type': 'application/json' };
    for (const [options, path] of [
      [{ replayGain: 'album' }, 'options.replayGain'],
      [{ loudness: { target: -14, scope: 'album' } }, 'options.loudness.scope'],
    ] as const) {
      const body = JSON.stringify({ filename: 'a.wav', newFormat: 'mp3', options });
      const answer = await user.fetch('/api/tasks', { method: 'POST', headers, body });
      const { detail, errors } = PROBLEM.parse(await answer.json());
      assert.equal(answer.status, 400);
      assert.equal(errors?.[0]?.path, path);
      assert.match(detail, /expected a task of a batch/);
    }
  });
});
