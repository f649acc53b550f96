import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { binaries, makeTone } from '../support/audio.ts';
import { freePort } from '../support/debian-postgres.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PAGES, shellBlocks } from '../support/pages.ts';
import { type Received, testReceiver, verified } from '../support/receiver.ts';
import { remoteServer, sentHeaders } from '../support/remote.ts';
import { testService } from '../support/service.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

describe('Commands of the README and of docs/', () => {
  const service = testService({ OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' });
  const receiver = testReceiver();
  const remote = remoteServer();
  const delivered: string[] = [];
  const folder = temporaryFolder();
  before(async function () {
    if (!(await isThere('curl')) || !(await isThere('bash'))) this.skip();
  });

  /** Lines of every block under a heading, block after block, at the address of this service. */
  const commands = (page: string, heading: string) =>
    shellBlocks(page, heading)
      .flat()
      .map((line) => line.replaceAll('http://localhost:8080', service.url()))
      .map((line) => line.replaceAll('https://example.com/hook', receiver.url('/hook')))
      .map((line) => line.replaceAll(/https:\/\/(?:files|bucket)\.example\.org/g, remote.url('')));
  const bash = async (...lines: (string | undefined)[]) =>
    (await run('bash', ['-c', ['set -euo pipefail', ...lines].join('\n')], { cwd: folder() })).stdout;

  it('lead from sign-up to result, in one request and by a task', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const lines = commands('README.md', 'From sign-up to result');
    assert.equal(lines.length, 6);
    assert.match(await bash(...lines), /"state":"PROCESSED"/);
    const { ffprobe } = await binaries();
    const show = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0'];
    for (const codec of ['mp3', 'flac'])
      assert.equal(
        (await run(ffprobe.path, [...show, join(folder(), `song.${codec}`)])).stdout.trim(),
        codec,
      );
  });

  /** Serves song.wav of the folder, and takes song.mp3. */
  function serveSong(): void {
    remote.on('/song.wav', async (_incoming, outgoing) =>
      outgoing.end(await readFile(join(folder(), 'song.wav'))),
    );
    remote.on('/song.mp3', async (incoming, outgoing) => {
      await incoming.toArray();
      delivered.push(sentHeaders(incoming)['content-type'] ?? '');
      outgoing.end();
    });
  }

  it('serve programs: by a key, again, from another server, by events, in a batch, and by a preset', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    serveSong();
    const user = await service.newUser();
    const output = await bash(`TOKEN=${user.token}`, ...commands('README.md', 'For programs'));
    assert.equal(output.match(/"message":"The task is created."/g)?.length, 2);
    assert.match(output, /event: task.state\nid: \d+\ndata: /);
    assert.match(output, /"states":{"PROCESSED":1},"progress":1,"ended":true/);
    const archive = await readFile(join(folder(), 'album.zip'));
    assert.ok(archive.includes('song.opus'));
    const book = await readFile(join(folder(), 'song.m4b'));
    assert.equal(book.subarray(4, 8).toString(), 'ftyp');
    assert.equal((await user.tasks()).length, 5);
    assert.match(output, /"message":"The join is created."/);
    await until(() => delivered.length === 1);
    assert.deepEqual(delivered, ['audio/mpeg']);
    const told = () => receiver.received.find(({ body }) => body.includes('batch.finished'));
    await until(() => told() !== undefined);
  });

  it('fetch files of other servers, and deliver results', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    serveSong();
    const user = await service.newUser();
    const before = delivered.length;
    const output = await bash(`TOKEN=${user.token}`, ...commands('docs/api.md', 'Files of other servers'));
    const [first = 0, second = 0] = [...output.matchAll(/"task":\{"id":(\d+)/g)].map(([, id]) => Number(id));
    const names = [await user.settled(first), await user.settled(second)].map(({ name }) => name);
    assert.deepEqual(names, ['song.wav', 'Song.wav']);
    await until(() => delivered.length === before + 1);
  });

  it('make webhooks for all tasks, for one and for a batch, whose messages an example verifies', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    const { token } = await service.newUser();
    const [all, ofTask, ofBatch] = commands('docs/webhooks.md', 'Webhooks');
    const secrets: string[] = [];
    for (const line of [all, ofTask, ofBatch])
      secrets.push(/"secret":"(whsec_[^"]+)"/.exec(await bash(`TOKEN=${token}`, line))?.[1] ?? '');
    await until(() => receiver.received.length === 2);
    const [message = assert.fail(), other = assert.fail()] = receiver.received;
    const types = [message, other].map((one) => secrets.map((secret) => typeOf(one, secret)));
    assert.deepEqual(types.flat().filter(Boolean), ['task.processed', 'task.processed']);
  });

  it('receive a message by the code of docs/webhooks.md', async () => {
    const code = /```js\n([\s\S]*?)```/.exec(
      PAGES.find(({ path }) => path === 'docs/webhooks.md')?.text ?? '',
    )?.[1];
    const secret = `whsec_${Buffer.alloc(32, 'x').toString('base64')}`;
    const port = await freePort();
    const env = { WEBHOOK_SECRET: secret, PORT: String(port) };
    const child = execFile(process.execPath, ['--input-type=module', '-e', code ?? ''], { env });
    try {
      const body = '{"type":"webhook.test","data":{"id":7}}';
      const at = new Date();
      const signed = (text: string) => ({
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('msg_1', at, text),
      });
      const send = (headers: Record<string, string>) =>
        fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers }).catch(() => undefined);
      await until(async () => (await send(signed(body)))?.status === 204);
      assert.equal((await send(signed('{}')))?.status, 400);
    } finally {
      child.kill();
    }
  });

  it('make an API key', async () => {
    const { token } = await service.newUser();
    const [make] = commands('docs/api.md', 'API keys');
    assert.match(await bash(`TOKEN=${token}`, make), /"scopes":\["tasks:read"\].*"key":"tm_/);
  });

  it('convert a batch of files, and fetch all results in one', async () => {
    for (const name of ['a.wav', 'b.wav']) await makeTone(join(folder(), name), 1);
    const { token } = await service.newUser();
    const [make, send, wait, fetchAll] = commands('docs/api.md', 'Batches');
    await bash(`TOKEN=${token}`, make);
    const { batch } = JSON.parse(await readFile(join(folder(), 'batch.json'), 'utf8'));
    const own = (line = '') => line.replace('batches/1', `batches/${batch.id}`);
    const output = await bash(`TOKEN=${token}`, send, own(wait), own(fetchAll));
    assert.match(output, /"states":{"PROCESSED":2},"progress":1,"ended":true/);
    const archive = await readFile(join(folder(), 'album.zip'));
    assert.equal(archive.subarray(0, 4).toString('latin1'), 'PK\u0003\u0004');
    assert.deepEqual(
      archive
        .toString('latin1')
        .match(/[ab]\.mp3/g)
        ?.sort(),
      ['a.mp3', 'a.mp3', 'b.mp3', 'b.mp3'],
    );
  });

  it('send a request again, and get the first answer', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    const user = await service.newUser();
    const [key, first, second] = commands('docs/api.md', 'Repeated requests');
    const output = await bash(`TOKEN=${user.token}`, key, first, second);
    assert.match(output, /^idempotent-replayed: true/im);
    assert.equal(output.match(/"message":"The task is created."/g)?.length, 2);
    assert.equal((await user.tasks()).length, 1);
  });

  it('stream the events of a task', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    const user = await service.newUser();
    const bytes = await readFile(join(folder(), 'song.wav'));
    const { id } = await user.convert({ name: 'song.wav', bytes }, 'mp3');
    const [listen] = commands('docs/api.md', 'Events');
    const line = `${listen?.replace('tasks/1/', `tasks/${id}/`)} || [ $? = 28 ]`;
    assert.match(await bash(`TOKEN=${user.token}`, line), /event: task.state\nid: \d+\ndata: .*"PROCESSED"/);
  });

  it('send the file of an upload session in one piece', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const { token } = await service.newUser();
    const [open, send] = commands('docs/api.md', 'Upload sessions');
    assert.match(await bash(`TOKEN=${token}`, open, send), /"message":"The file is complete."/);
  });

  it('ask an upload session for its status after a break, and send the rest', async () => {
    await makeTone(join(folder(), 'song.wav'), 15);
    const { token } = await service.newUser();
    const [open, , ask, sizes, rest] = commands('docs/api.md', 'Upload sessions');
    const begin = 'head -c 1048576 song.wav | curl -s -T - -H "Content-Range: bytes 0-1048575/*" "$URL"';
    const output = await bash(`TOKEN=${token}`, open, begin, ask, sizes, rest);
    assert.match(output, /^HTTP\/1.1 308/m);
    assert.match(output, /^range: bytes=0-1048575/im);
    assert.match(output, /"message":"The file is complete."/);
  });

  it('request options, presets and another format of the same original', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const user = await service.newUser();
    const [first, second, again] = commands('docs/formats.md', 'Commands');
    const sh = async (line = '') => JSON.parse(await bash(`TOKEN=${user.token}`, line));
    for (const line of [first, second]) {
      const { task } = await sh(line);
      assert.equal((await user.settled(task.id)).state, 'PROCESSED');
      const changed = await sh(again?.replace(/tasks\/1$/, `tasks/${task.id}`));
      assert.deepEqual(changed.options, { loudness: { target: -16, truePeak: -1 } });
      assert.equal((await user.settled(task.id)).state, 'PROCESSED');
    }
  });

  it('save a preset, and convert by it', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    const { token } = await service.newUser();
    const [save, convert] = commands('docs/formats.md', 'Saved presets');
    assert.match(await bash(`TOKEN=${token}`, save, convert), /"name":"audiobook","format":"m4b"/);
    const file = await readFile(join(folder(), 'song.m4b'));
    assert.equal(file.subarray(4, 8).toString(), 'ftyp');
  });

  it('probe a file, and draw the waveform of a task', async () => {
    await makeTone(join(folder(), 'song.wav'), 2);
    const user = await service.newUser();
    const [probe] = commands('docs/api.md', 'Media information without a task');
    const [plan] = commands('docs/api.md', 'Plans');
    const planned = JSON.parse(await bash(`TOKEN=${user.token}`, plan));
    assert.deepEqual([planned.codec, planned.bytes.exact], ['mp3', true]);
    const [draw] = commands('docs/api.md', 'Waveforms');
    const media = JSON.parse(await bash(`TOKEN=${user.token}`, probe));
    assert.equal(media.codec, 'pcm_s16le');
    assert.equal(typeof media.loudness.integrated, 'number');
    const bytes = await readFile(join(folder(), 'song.wav'));
    const { id } = await user.convert({ name: 'song.wav', bytes }, 'mp3');
    await bash(`TOKEN=${user.token}`, draw?.replace('tasks/1/', `tasks/${id}/`));
    const picture = await readFile(join(folder(), 'song.png'));
    assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  });

  it('make several results of one upload', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    const user = await service.newUser();
    const [send] = commands('docs/api.md', 'Several results');
    const answer = JSON.parse(await bash(`TOKEN=${user.token}`, send));
    assert.equal((await user.settled(answer.task.id)).state, 'PROCESSED');
    const preview = await user.fetch(`/api/tasks/${answer.task.id}/results/2`);
    assert.match(preview.headers.get('content-disposition') ?? '', /preview\.opus/);
  });

  it('ask for a ticket of a file, for its loudness and for a picture of its frequencies', async () => {
    await makeTone(join(folder(), 'song.wav'), 10);
    const user = await service.newUser();
    const bytes = await readFile(join(folder(), 'song.wav'));
    const { id } = await user.convert({ name: 'song.wav', bytes }, 'mp3');
    const ofTask = (line = '') => line.replace('tasks/1/', `tasks/${id}/`);
    const [ticket] = commands('docs/api.md', 'Downloads');
    const [loudness, spectrogram] = commands('docs/api.md', 'Loudness and spectrograms');
    const { url } = JSON.parse(await bash(`TOKEN=${user.token}`, ofTask(ticket)));
    assert.equal((await fetch(new URL(url, service.url()))).status, 200);
    const measured = JSON.parse(await bash(`TOKEN=${user.token}`, ofTask(loudness)));
    assert.equal(typeof measured.integrated, 'number');
    await bash(`TOKEN=${user.token}`, ofTask(spectrogram));
    const picture = await readFile(join(folder(), 'song.png'));
    assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  });

  it('send the picture of a waveform as a cover', async () => {
    await makeTone(join(folder(), 'song.wav'), 1);
    const user = await service.newUser();
    const bytes = await readFile(join(folder(), 'song.wav'));
    const { id } = await user.convert({ name: 'song.wav', bytes }, 'mp3');
    const drawn = await user.fetch(`/api/tasks/${id}/waveform?format=png`);
    await writeFile(join(folder(), 'cover.jpg'), Buffer.from(await drawn.arrayBuffer()));
    const [send] = commands('docs/api.md', 'Covers');
    const task = JSON.parse(await bash(`TOKEN=${user.token}`, send?.replace('tasks/7/', `tasks/${id}/`)));
    assert.deepEqual([task.cover.mimeType, task.revision], ['image/png', 2]);
  });

  it('leave out no route that the service describes: docs/api.md names each', async () => {
    const answer = await fetch(`${service.url()}/openapi.json`);
    const { paths } = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(await answer.json());
    const api = PAGES.find(({ path }) => path === 'docs/api.md')?.text ?? '';
    assert.deepEqual(
      Object.keys(paths).filter((path) => !api.includes(path)),
      [],
    );
  });
});

function typeOf(message: Received, secret: string): string | undefined {
  try {
    return verified(message, secret).type;
  } catch {
    return undefined;
  }
}

async function isThere(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
