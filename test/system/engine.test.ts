import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import { makeTone } from '../support/audio.ts';
import { testEngine, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('The audio engine', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  for (const from of FORMATS.filter(({ name }) => ['wav', 'mp3', 'm4a', 'opus'].includes(name))) {
    it(`makes every format of ${from.name}, with its tags and duration`, async () => {
      const audio = await testEngine();
      const input = join(folder(), `in.${from.extension}`);
      const id3 = from.name === 'aac' ? ['-write_id3v2', '1'] : [];
      await makeTone(input, 2, '-c:a', from.codec.encoders[0].name, '-metadata', 'title=Hello', ...id3);
      const probed = await audio.probe(input, signal);
      assert.deepEqual(probed.media.tags.title, ['Hello']);
      await withEach(audio.formats, async (format) => {
        const output = join(folder(), `out-${format.name}.${format.extension}`);
        const seen: number[] = [];
        const onProgress = (fraction: number) => seen.push(fraction);
        const made = await audio.convert({
          input,
          output,
          probed,
          options: effectiveOptions(format, {}),
          onProgress,
          signal,
        });
        if (!made.copied) assert.equal(made.media.codec, format.codec.encoders[0].codec, format.name);
        if (format.tags !== 'none') assert.deepEqual(made.media.tags.title, ['Hello'], format.name);
        assert.ok(Math.abs((made.media.duration ?? 0) - 2) < 0.1, `${format.name}: ${made.media.duration} s`);
        assert.ok(seen.length > 0);
      });
    });
  }

  const hostile = {
    'an HLS playlist': '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\nfile:VICTIM\n#EXT-X-ENDLIST\n',
    'an ffconcat list': 'ffconcat version 1.0\nfile VICTIM\n',
    'a text': 'This is no audio. '.repeat(200),
    'a byte': 'a',
  };
  for (const [what, text] of Object.entries(hostile)) {
    it(`refuses ${what} that is named .mp3`, async () => {
      const victim = join(folder(), 'victim.mp3');
      await makeTone(victim, 1);
      const path = join(folder(), 'x.mp3');
      await writeFile(path, text.replace('VICTIM', victim));
      await assert.rejects((await testEngine()).probe(path, signal), { code: 'not_audio' });
    });
  }

  it('refuses a file that lasts too long', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 3);
    await assert.rejects((await testEngine({ durationSeconds: 2 })).probe(path, signal), {
      code: 'too_long',
    });
  });

  it('refuses a conversion whose result would be too large, before it begins', async () => {
    const input = join(folder(), 'a.opus');
    await makeTone(input, 3);
    const audio = await testEngine({ resultBytes: 1000 });
    const probed = await audio.probe(input, signal);
    const format = FORMATS.find(({ name }) => name === 'wav');
    assert.ok(format);
    const output = join(folder(), 'out.wav');
    const conversion = {
      input,
      output,
      probed,
      options: effectiveOptions(format, {}),
      onProgress: () => undefined,
      signal,
    };
    await assert.rejects(audio.convert(conversion), { code: 'result_too_large' });
  });
});
