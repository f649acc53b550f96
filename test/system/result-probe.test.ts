import assert from 'node:assert/strict';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { readFlacHeader } from '../../lib/audio/media/flac-header.ts';
import { readMp3Header } from '../../lib/audio/media/mp3-header.ts';
import { makeTone } from '../support/audio.ts';
import { probeWithFfprobe } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const READERS = { mp3: readMp3Header, flac: readFlacHeader };

/** Settings of ffmpeg: constant and variable bitrates, low rates, and depths. */
const SETTINGS = {
  mp3: [
    ['-b:a', '192k'],
    ['-b:a', '32k', '-ar', '48000'],
    ['-q:a', '2', '-ac', '2'],
    ['-q:a', '6', '-ar', '22050'],
    ['-b:a', '24k', '-ar', '8000'],
    ['-b:a', '320k', '-ac', '2', '-joint_stereo', '0', '-metadata', 'title=A'],
  ],
  flac: [[], ['-ac', '2', '-ar', '44100'], ['-sample_fmt', 's32', '-ar', '96000']],
} as const;

describe('The header of a result', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  async function make(kind: 'mp3' | 'flac', ...settings: readonly string[]): Promise<string> {
    const path = join(folder(), `a.${kind}`);
    await makeTone(path, 1.3, ...settings);
    return path;
  }

  for (const kind of ['mp3', 'flac'] as const) {
    it(`of ${kind} says what ffprobe says`, async () => {
      for (const settings of SETTINGS[kind]) {
        const path = await make(kind, ...settings);
        const { tags, coverArt, chapters, chunks, loudness, ...probed } = (await probeWithFfprobe(path))
          .media;
        assert.deepEqual(await READERS[kind](path), probed, settings.join(' '));
      }
    });

    it(`of ${kind} says nothing of another file, or of a few bytes`, async () => {
      const wav = join(folder(), 'a.wav');
      await makeTone(wav, 0.1);
      assert.equal(await READERS[kind](wav), undefined);
      const path = await make(kind);
      for (const size of [50, 30, 4, 0]) {
        await truncate(path, size);
        assert.equal(await READERS[kind](path), undefined, `${size} bytes`);
      }
    });
  }

  it('of mp3 says nothing if bytes are missing, or more follow', async () => {
    const path = await make('mp3');
    const { size } = await stat(path);
    await appendFile(path, 'x');
    assert.equal(await readMp3Header(path), undefined);
    await truncate(path, size - 1);
    assert.equal(await readMp3Header(path), undefined);
  });

  it('of flac says nothing if it has more than two channels, or counts no samples', async () => {
    assert.equal(await readFlacHeader(await make('flac', '-ac', '6')), undefined);
    assert.equal(
      await readFlacHeader(await make('flac', '-flush_packets', '1', '-f', 'flac', '-write_header', '0')),
      undefined,
    );
  });
});
