import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Made } from '../../lib/audio/engine/encode.ts';
import { readBroadcastChunks } from '../../lib/audio/tags/broadcast-chunks.ts';
import { binaries } from '../support/audio.ts';
import { BROADCAST, bext, broadcastWav, format, int32, sound, wavOf } from '../support/broadcast-wav.ts';
import { convertFile, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedMd5 } from '../support/sound.ts';

const run = promisify(execFile);
const TITLES = ['Intro', 'Zwölf', 'Region'];

describe('Chunks of a broadcast WAV', () => {
  const folder = temporaryFolder();
  const { signal } = new AbortController();
  const path = (name: string) => join(folder(), name);

  async function convert(name: string, options: object = {}, file = broadcastWav()): Promise<Made> {
    await writeFile(path('in.wav'), file);
    return convertFile(path('in.wav'), path(`out.${name}`), name, options);
  }

  async function chunk(id: string, name = 'wav', rate = BROADCAST.rate): Promise<Buffer> {
    const found = await readBroadcastChunks(path(`out.${name}`), rate);
    const bytes = found?.chunks.find((one) => one.id === id)?.bytes;
    assert.ok(bytes, `${id} is there`);
    return bytes;
  }

  const told = ({ adaptations }: Made) =>
    adaptations.filter(({ property }) => property === 'chunks').map(({ from }) => from);

  it('are told, and cue points are chapters', async () => {
    await writeFile(path('in.wav'), broadcastWav());
    const { media } = await (await testEngine()).probe(path('in.wav'), signal);
    assert.deepEqual(media.chunks, ['bext', 'cue', 'smpl', 'iXML', 'zzzz']);
    assert.deepEqual(media.chapters, [
      { start: 0, end: 1, title: 'Intro' },
      { start: 1, end: 2, title: 'Zwölf' },
      { start: 2, end: 2.5, title: 'Region' },
    ]);
  });

  it('stay byte for byte in WAV where the sound stays, and so does every sample', async () => {
    const made = await convert('wav');
    assert.deepEqual(
      [made.media.chunks.toSorted(), told(made)],
      [['bext', 'cue', 'iXML', 'smpl', 'zzzz'], []],
    );
    const original = await readBroadcastChunks(path('in.wav'), BROADCAST.rate);
    for (const id of ['bext', 'iXML', 'smpl', 'zzzz']) {
      const before = original?.chunks.find((one) => one.id === id)?.bytes;
      assert.ok(before?.equals(await chunk(id)), id);
    }
    const result = await readFile(path('out.wav'));
    assert.ok(result.indexOf('bext') < result.indexOf('data'), 'readers look before the sound');
    assert.equal(result.readUInt32LE(4), result.length - 8);
    assert.ok((await chunk('LIST')).includes('a note'));
    assert.equal(await decodedMd5(path('out.wav')), await decodedMd5(path('in.wav')));
  });

  it('move with a trimmed and resampled sound, and lose what no longer fits', async () => {
    const made = await convert('wav', { start: 0.5, end: 2.25, sampleRate: 96_000 });
    assert.deepEqual(told(made), ['smpl', 'zzzz']);
    assert.deepEqual(made.media.chapters, [
      { start: 0, end: 0.5, title: 'Intro' },
      { start: 0.5, end: 1.5, title: 'Zwölf' },
      { start: 1.5, end: 1.75, title: 'Region' },
    ]);
    const moved = await chunk('bext', 'wav', 96_000);
    assert.equal(moved.readBigUInt64LE(338), BigInt((BROADCAST.timeReference + 24_000) * 2));
    assert.equal(moved.readUInt16LE(412), 0x7fff, 'no loudness');
    const loops = await chunk('smpl', 'wav', 96_000);
    assert.deepEqual(
      [8, 28, 44, 48].map((at) => loops.readUInt32LE(at)),
      [10_417, 1, 0, 47_998],
    );
    const text = (await chunk('iXML', 'wav', 96_000)).toString();
    assert.match(text, /<FILE_SAMPLE_RATE>96000<.*_LO>345648000<.*<SCENE>Ä 1</);
  });

  it('stay in RF64, and come from RF64 and Wave64', async () => {
    const { ffmpeg } = await binaries();
    await writeFile(path('a.wav'), broadcastWav());
    await run(ffmpeg.path, [
      '-v',
      'error',
      '-i',
      path('a.wav'),
      '-rf64',
      'always',
      '-write_bext',
      '1',
      path('b.wav'),
    ]);
    await convertFile(path('b.wav'), path('out.wav'), 'wav');
    assert.equal((await chunk('bext')).readBigUInt64LE(338), BigInt(BROADCAST.timeReference));
    await convert('w64');
    assert.ok((await chunk('bext', 'w64')).equals(bext()[1]));
    const { media } = await convertFile(path('out.w64'), path('out.wav'), 'wav');
    assert.deepEqual(media.chunks, ['bext']);
    assert.ok((await chunk('bext')).equals(bext()[1]));
  });

  for (const name of ['aiff', 'm4a', 'mp2']) {
    it(`are named where ${name} has no place, and cue points are kept as chapters if they can`, async () => {
      const made = await convert(name, { start: 0.5 });
      assert.deepEqual(told(made).toSorted(), ['bext', 'iXML', 'smpl', 'zzzz']);
      const titles = made.media.chapters.map(({ title }) => title);
      assert.deepEqual(titles, name === 'mp2' ? [] : TITLES);
      assert.equal(
        made.adaptations.some(({ property }) => property === 'chapters'),
        name === 'mp2',
      );
    });
  }

  it('of cue points are made from chapters of other containers, and of AIFF from its markers', async () => {
    await convert('mp3');
    const wav = await convertFile(path('out.mp3'), path('out.wav'), 'wav');
    assert.deepEqual(
      wav.media.chapters.map(({ title }) => title),
      TITLES,
    );
    assert.deepEqual(
      wav.media.chapters.map(({ end }) => end),
      [1, 2, 2.5],
    );
    const aiff = await convertFile(path('out.wav'), path('out.aiff'), 'aiff', { metadata: 'strip' });
    assert.deepEqual(
      aiff.media.chapters.map(({ start }) => start),
      [0, 1, 2],
    );
    const again = await convertFile(path('out.aiff'), path('out.m4a'), 'm4a', { start: 1.5 });
    assert.deepEqual(
      again.media.chapters.map(({ title }) => title),
      ['Zwölf', 'Region'],
    );
  });

  it('go with the tags if these are stripped, apart from those of samplers', async () => {
    const made = await convert('wav', { metadata: 'strip', chapters: 'strip' });
    assert.deepEqual([made.media.chunks, told(made), made.media.chapters], [['smpl'], [], []]);
  });

  it('that are damaged or hostile cost the sound nothing', async () => {
    const endless = ['cue ', int32(0xffffffff, 1, 2, 3)] as const;
    const file = wavOf([
      ['bext', Buffer.from('short')],
      format(),
      ['smpl', int32(1, 2)],
      ['LIST', Buffer.concat([Buffer.from('adtllabl'), int32(0xfffffff0, 1)])],
      endless,
      ['iXML', Buffer.alloc(5 * 1024 ** 2, 65)],
      ['data', sound()],
    ]);
    const made = await convert('wav', {}, file);
    assert.deepEqual(told(made), ['bext', 'smpl', 'iXML']);
    assert.deepEqual(made.media.chapters, []);
  });

  it('stay in FLAC as far as the library writes them, and come back', async () => {
    const flac = await convert('flac', { start: 0.5 });
    assert.deepEqual(
      [flac.media.chunks, told(flac)],
      [
        ['bext', 'iXML'],
        ['smpl', 'zzzz'],
      ],
    );
    const wav = await convertFile(path('out.flac'), path('out.wav'), 'wav');
    assert.deepEqual(wav.media.chunks.toSorted(), ['bext', 'cue', 'iXML']);
    assert.equal((await chunk('bext')).readBigUInt64LE(338), BigInt(BROADCAST.timeReference + 24_000));
    assert.match((await chunk('iXML')).toString(), /_LO>172824000<.*<SCENE>Ä 1</);
  });
});
