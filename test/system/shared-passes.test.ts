import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import type { Passes } from '../../lib/audio/ffmpeg/runs.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import { makeTone } from '../support/audio.ts';
import { engineParts, formatCalled } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const MEASURING = { loudness: { target: -20 }, fadeOut: 0.5, trimSilence: {} };

describe('Outputs of one original', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  /** Converts to WAV with each of the options, and counts the runs over files. */
  async function converted(each: readonly object[], passes?: Passes) {
    let runs = 0;
    const semaphore = new Proxy(pLimit(2), {
      apply(target, self, args) {
        runs += 1;
        return Reflect.apply(target, self, args);
      },
    });
    const engine = createEngine({ ...(await engineParts()), semaphore });
    const input = join(folder(), 'in.flac');
    await makeTone(input, 2);
    const { signal } = new AbortController();
    const probed = await engine.probe(input, signal);
    const files: Buffer[] = [];
    for (const [index, raw] of each.entries()) {
      const output = join(folder(), `${index}.wav`);
      const options = effectiveOptions(formatCalled('wav'), parseOptions(formatCalled('wav'), raw));
      await engine.convert({ input, output, probed, options, passes, onProgress: () => undefined, signal });
      files.push(await readFile(output));
    }
    return { runs, files };
  }

  it('share the passes that measure it, and have the bytes that they have alone', async () => {
    const alone = await converted([MEASURING, MEASURING]);
    const together = await converted([MEASURING, MEASURING], new Map());
    assert.equal(alone.runs - together.runs, 3);
    assert.deepEqual(together.files, alone.files);
  });

  it('measure by themselves what they ask otherwise', async () => {
    const asked = [{ loudness: { target: -20 } }, { loudness: { target: -20 }, channels: 2 }];
    const [alone, together] = [await converted(asked), await converted(asked, new Map())];
    assert.equal(together.runs, alone.runs);
    assert.deepEqual(together.files, alone.files);
  });
});
