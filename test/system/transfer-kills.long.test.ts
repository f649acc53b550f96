import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { remoteServer } from '../support/remote.ts';
import { filesUnder, newUser, post, TASK } from '../support/service.ts';
import { until } from '../support/until.ts';

describe('A process that is killed while it transfers files', function () {
  this.timeout(120_000);
  const remote = remoteServer();
  let running: Program | undefined;
  const folder = temporaryFolder(async () => {
    await running?.end('SIGTERM');
    await removeCluster(join(folder(), 'data', 'postgres'));
  });
  const start = async () => {
    running = await startProgram({
      PATH: process.env.PATH,
      PORT: '0',
      TONEMILL_DATA: join(folder(), 'data'),
      OUTBOUND_HTTP: 'true',
      OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1',
    });
    return running;
  };

  it('loses neither the original that it fetched nor the result that it delivered', async () => {
    await makeTone(join(folder(), 'tone.wav'), 1);
    const wav = await readFile(join(folder(), 'tone.wav'));
    let fetches = 0;
    remote.on('/tone.wav', (_incoming, outgoing) => {
      fetches += 1;
      outgoing.writeHead(200, { 'Content-Length': wav.length });
      // The first request is held in the middle.
      if (fetches === 1) outgoing.write(wav.subarray(0, wav.length / 2));
      else outgoing.end(wav);
    });
    const puts: Buffer[] = [];
    let held = 0;
    remote.on('/put', async (incoming, outgoing) => {
      const content = Buffer.concat(await incoming.toArray());
      if (held++ === 0) return;
      puts.push(content);
      outgoing.end();
    });

    const first = await start();
    const user = await newUser(first.url, 1);
    const body = {
      url: remote.url('/tone.wav'),
      newFormat: 'flac',
      destination: remote.url('/put?x=secret'),
    };
    const answer = await post(`${first.url}/api/tasks`, body, { Authorization: `Bearer ${user.token}` });
    const { task } = z.object({ task: TASK }).parse(await answer.json());
    await until(() => fetches === 1);
    await first.end('SIGKILL');

    const second = await start();
    await until(() => held === 1);
    assert.equal((await user.at(second.url).task(task.id)).state, 'PROCESSED');
    await second.end('SIGKILL');

    const third = user.at((await start()).url);
    await until(() => puts.length === 1);
    const result = await third.fetch(`/api/tasks/${task.id}/result`);
    assert.deepEqual(Buffer.from(await result.arrayBuffer()), puts[0]);
    assert.equal(fetches, 2);
    const delivered = z.object({ delivered: z.object({ status: z.int() }).nullable() });
    await until(async () => {
      const shown = delivered.parse(await (await third.fetch(`/api/tasks/${task.id}`)).json());
      return shown.delivered?.status === 200;
    });
    // What the first process had begun to write has no extension, and stays until the sweep.
    const originals = await filesUnder(join(folder(), 'data', 'originals'));
    assert.deepEqual(
      originals.filter((name) => name.endsWith('.wav')),
      ['tone.wav'],
    );
  });
});
