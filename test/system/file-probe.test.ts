import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';
import { measuredLoudness } from '../support/sound.ts';

describe('POST /api/probe', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  async function probe(user: User, bytes: Uint8Array<ArrayBuffer>, query = ''): Promise<Response> {
    const form = new FormData();
    form.append('audio', new Blob([bytes]), 'x');
    return user.fetch(`/api/probe${query}`, { method: 'POST', body: form });
  }

  async function tone(name: string, ...settings: string[]): Promise<Uint8Array<ArrayBuffer>> {
    await makeTone(join(folder(), name), 2, ...settings);
    return new Uint8Array(await readFile(join(folder(), name)));
  }

  it('says what a file holds, and keeps nothing', async () => {
    const user = await service.newUser();
    const bytes = await tone('in.flac', '-ac', '2', '-sample_fmt', 's32', '-metadata', 'title=Töne');
    const before = await service.files();
    const answer = await probe(user, bytes);
    assert.equal(answer.status, 200);
    const { bitrate, ...media } = JSON.parse(await answer.text());
    assert.ok(bitrate === null || bitrate > 0);
    assert.deepEqual(media, {
      ...{ container: 'flac', codec: 'flac', duration: 2, sampleRate: 48_000, channels: 2, bitDepth: 24 },
      ...{
        channelLayout: 'stereo',
        tags: { title: ['Töne'] },
        coverArt: false,
        pictures: [],
        chapters: [],
        chunks: [],
        loudness: null,
        size: bytes.byteLength,
      },
      tracks: [
        {
          ...{ number: 1, codec: 'flac', channels: 2, sampleRate: 48_000, duration: 2 },
          ...{ language: null, title: null, default: false },
        },
      ],
    });
    assert.deepEqual(await service.files(), before);
    assert.deepEqual(await user.tasks(), []);
  });

  it('measures the loudness where that is asked for', async () => {
    const user = await service.newUser();
    const answer = await probe(user, await tone('in.wav'), '?loudness=true');
    const { loudness, channelLayout } = JSON.parse(await answer.text());
    assert.equal(channelLayout, null, 'a plain WAV does not say it');
    assert.deepEqual(loudness, await measuredLoudness(join(folder(), 'in.wav')));
  });

  it('answers the cover where that is asked for, and null without one', async () => {
    const user = await service.newUser();
    const picture = ['-f', 'lavfi', '-i', 'color=red:s=60x40:d=0.04', '-frames:v', '1'];
    const attached = ['-map', '0:a', '-map', '1:v', '-c:v', 'png', '-disposition:v', 'attached_pic'];
    const answer = await probe(user, await tone('in.mp3', ...picture, ...attached), '?cover=true');
    const { cover } = JSON.parse(await answer.text());
    const [kind, text] = cover.split(',');
    assert.equal(kind, 'data:image/png;base64');
    assert.equal(Buffer.from(text, 'base64').readUInt32BE(16), 60, 'width of the PNG');
    const none = await probe(user, await tone('plain.mp3'), '?cover=true');
    assert.equal(JSON.parse(await none.text()).cover, null);
  });

  it('refuses a file without audio, a request without a file, and a client without a token', async () => {
    const user = await service.newUser();
    const none = await probe(user, new TextEncoder().encode('no audio '.repeat(100)));
    assert.equal(none.status, 422);
    assert.equal(PROBLEM.parse(await none.json()).code, 'not_audio');
    const empty = await probe(user, new Uint8Array());
    assert.match(PROBLEM.parse(await empty.json()).detail, /file is empty/);
    const field = await user.fetch('/api/probe', { method: 'POST', body: new FormData() });
    assert.equal(field.status, 400);
    const wrong = await probe(user, await tone('in.wav'), '?loudness=maybe');
    assert.match(PROBLEM.parse(await wrong.json()).detail, /true or false/);
    assert.equal((await fetch(`${service.url()}/api/probe`, { method: 'POST' })).status, 401);
  });
});
