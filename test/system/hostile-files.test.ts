import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AudioEngine } from '../../lib/audio/engine/engine.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { isFailure } from '../../lib/runtime/errors.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { formatCalled, testEngine } from '../support/engine.ts';
import { pointElsewhere } from '../support/external-track.ts';
import { temporaryFolder } from '../support/folders.ts';
import { hls, hostileLists } from '../support/hostile-lists.ts';
import { run } from '../support/programs.ts';

/** Names under which an upload may come; the content alone says what it is. */
const NAMES = ['x.mp3', 'x.wav', 'x.m3u8', 'x.mpd', 'x.txt', 'x%03d.mp3', 'x.idx'];

describe('A hostile file', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();
  let server: Server | undefined;
  let requests: string[];
  let url: string;

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/leak.mp3`;
  });
  afterEach(() => {
    server?.close();
  });

  /** A list of every kind that leads to a tone of another tenant, and to the server. */
  async function lists(): Promise<Map<string, string>> {
    await Promise.all(['victim', 'attacker'].map((tenant) => mkdir(join(folder(), tenant))));
    const absolute = join(folder(), 'victim', 'song.mp3');
    await makeTone(absolute, 2);
    return hostileLists({ absolute, relative: '../victim/song.mp3', url });
  }

  it('that is a list of files is refused, under whatever name it comes', async () => {
    const audio = await testEngine();
    for (const [what, text] of await lists()) {
      for (const name of what.startsWith('hls (') ? NAMES : NAMES.slice(0, 1)) {
        const path = join(folder(), 'attacker', name);
        await writeFile(path, text);
        await assert.rejects(audio.probe(path, signal), { code: 'not_audio' }, `${what} as ${name}`);
      }
    }
    assert.deepEqual(requests, []);
  });

  it('that got past the probe is refused by the conversion itself', async () => {
    const audio = await testEngine();
    const honest = join(folder(), 'honest.mp3');
    await makeTone(honest, 2);
    const probed = await audio.probe(honest, signal);
    for (const [what, text] of await lists()) {
      if (!/absolute|url|sdp/.test(what)) continue;
      const path = join(folder(), 'attacker', 'x.mp3');
      await writeFile(path, text);
      await assert.rejects(convert(audio, path, 'wav', probed), isFailure, what);
    }
    assert.deepEqual(requests, []);
  });

  it('would lead a bare ffmpeg to the file and to the server, which shows that the bait is good', async () => {
    await lists();
    const { ffmpeg } = await binaries();
    const bare = async (target: string) => {
      const path = join(folder(), 'attacker', 'x.m3u8');
      await writeFile(path, hls(target));
      const out = join(folder(), 'out.wav');
      const all = ['-protocol_whitelist', 'file,http,tcp'];
      await run(ffmpeg.path, ['-v', 'quiet', '-nostdin', '-y', ...all, '-i', path, out]).catch(
        () => undefined,
      );
      return out;
    };
    const leaked = await bare('../victim/song.mp3');
    assert.ok((await stat(leaked)).size > 100_000);
    await bare(url);
    assert.notDeepEqual(requests, []);
  });

  it('that is a picture, or one of a sequence of pictures, is refused', async () => {
    const { ffmpeg } = await binaries();
    const audio = await testEngine();
    const source = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=duration=0.2:size=64x64'];
    await run(ffmpeg.path, [...source, join(folder(), 'x%03d.png')]);
    for (const name of ['x001.png', 'x%03d.png']) {
      const path = join(folder(), name);
      if (name.includes('%')) await writeFile(path, await readFile(join(folder(), 'x001.png')));
      await assert.rejects(audio.probe(path, signal), { code: 'not_audio' }, name);
    }
  });

  it('that says its sound is in another file gives nothing of that file', async () => {
    const { ffmpeg } = await binaries();
    const audio = await testEngine();
    await makeTone(join(folder(), 'song.wav'), 2);
    const path = join(folder(), 'x.mp3');
    await makeTone(path, 2, '-c:a', 'pcm_s16le', '-f', 'mov');
    await pointElsewhere(path, 'song.wav');
    const out = join(folder(), 'out.wav');
    await run(ffmpeg.path, ['-v', 'quiet', '-nostdin', '-y', '-enable_drefs', '1', '-i', path, out]);
    assert.ok((await stat(out)).size > 100_000, 'the bait is good');
    const probed = await audio.probe(path, signal);
    await assert.rejects(convert(audio, path, 'wav', probed), { code: 'damaged' });
  });

  async function convert(
    audio: AudioEngine,
    input: string,
    to: string,
    probed: Awaited<ReturnType<AudioEngine['probe']>>,
  ) {
    const output = join(folder(), 'result');
    const requestedOutput = {
      probed,
      options: effectiveOptions(formatCalled(to), {}),
      onProgress: () => undefined,
      signal,
    };
    return audio.convert({ input, output, ...requestedOutput });
  }
});
