import assert from 'node:assert/strict';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import { makeSound } from '../support/audio.ts';
import { convertWith, engineParts, formatCalled } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const LEFT = '0.3*sin(440*2*PI*t)*(0.6+0.4*sin(3*t))+0.2*sin(660*2*PI*t+sin(5*t))';
const MUSIC = `aevalsrc='${LEFT}|0.4*sin(330*2*PI*t)':s=44100:d=60`;
const SPEECH = 'anoisesrc=c=pink:a=0.5:r=48000:d=61.2345:seed=7,tremolo=f=4:d=0.9';
const CLICKS = "aevalsrc='if(lt(mod(t,1),0.0005),0.9,0)':s=44100:d=60";
const SURROUND = 'pan=5.1|c0=0.1*c0|c1=0.1*c0|c2=0.05*c0|c3=0.1*c0|c4=0.1*c0|c5=0.1*c0';

interface Case {
  source: string;
  settings?: readonly string[];
  options?: object;
}

/** Sound that is split, with ffmpeg's settings that make it. */
const SPLIT: Readonly<Record<string, Case>> = {
  music: { source: MUSIC },
  speech: { source: SPEECH, options: { bitrate: 64_000, metadata: { title: 'Long' } } },
  'a low rate': { source: SPEECH, settings: ['-ar', '22050'], options: { bitrate: 48_000, gain: -3 } },
  silence: { source: 'anullsrc=r=44100:d=60' },
  'clicks in 24 bits': { source: CLICKS, settings: ['-c:a', 'pcm_s24le'], options: { bitrate: 320_000 } },
};

/** Conversions that one run makes. */
const WHOLE: Readonly<Record<string, Case & { format?: string }>> = {
  'a variable bitrate': { source: SPEECH, options: { quality: 5 } },
  'a change of the rate': { source: SPEECH, options: { sampleRate: 44_100 } },
  'a mix that a limiter holds': { source: SPEECH, settings: ['-af', SURROUND] },
  'a fade': { source: SPEECH, options: { fadeIn: 1 } },
  'a cut': { source: SPEECH, options: { start: 1 } },
  'another format': { source: SPEECH, format: 'ogg' },
};

describe('Long files in pieces', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();

  for (const [name, { source, settings = [], options = {} }] of Object.entries(SPLIT))
    it(`have the bytes of one run: ${name}`, async () => {
      const input = join(folder(), 'a.wav');
      await makeSound(input, source, ...settings);
      const whole = await converted(input, 'mp3', options);
      const split = await converted(input, 'mp3', options, 30);
      assert.equal(whole.runs, 1);
      assert.ok(split.isJoined, `${split.runs} runs`);
      assert.ok(whole.bytes.equals(split.bytes));
      assert.deepEqual(split.media, whole.media);
      assert.ok(!(await readdir(folder())).includes('pieces'));
    });

  for (const [name, { source, settings = [], options = {}, format = 'mp3' }] of Object.entries(WHOLE))
    it(`are made by one run: ${name}`, async () => {
      const input = join(folder(), 'a.wav');
      await makeSound(input, source, ...settings);
      assert.equal((await converted(input, format, options, 30)).runs, 1);
    });

  it('are made by one run while there is no other place, and if they are short', async () => {
    const input = join(folder(), 'a.wav');
    await makeSound(input, SPEECH);
    assert.equal((await converted(input, 'mp3', {}, 30, { places: 1 })).runs, 1);
    assert.equal((await converted(input, 'mp3', {}, 62)).runs, 1);
  });

  it('have the bytes of one run though pieces differ at a cut', async () => {
    const input = join(folder(), 'a.wav');
    await makeSound(input, SPEECH);
    const whole = await converted(input, 'mp3', {});
    const later = await converted(input, 'mp3', {}, 30, { damaged: '1-2.mp3' });
    assert.ok(whole.bytes.equals(later.bytes));
    assert.ok(later.isJoined && later.runs > 3, `${later.runs} runs`);
    const never = await converted(input, 'mp3', {}, 30, { damaged: '0-2.mp3' });
    assert.ok(whole.bytes.equals(never.bytes));
    assert.ok(!never.isJoined);
  });

  it('leave nothing when they are stopped', async () => {
    const input = join(folder(), 'a.wav');
    await makeSound(input, SPEECH);
    const engine = createEngine({ ...(await engineParts()), splitSeconds: 30 });
    const stop = new AbortController();
    const { signal } = stop;
    const probed = await engine.probe(input, signal);
    const options = effectiveOptions(formatCalled('mp3'), parseOptions(formatCalled('mp3'), {}));
    const onProgress = () => stop.abort(new Error('stopped'));
    const output = join(folder(), 'out.mp3');
    await assert.rejects(engine.convert({ input, output, probed, options, signal, onProgress }), /stopped/);
    assert.deepEqual((await readdir(folder())).sort(), ['a.wav', 'empty']);
  });

  /** Converts, and counts the runs of ffmpeg over a whole or a piece. `damaged`: a piece that is overwritten when it is made. */
  async function converted(
    input: string,
    format: string,
    options: object,
    splitSeconds?: number,
    { places = 2, damaged = '' } = {},
  ) {
    const semaphore = pLimit(places);
    let runs = 0;
    let active = 0;
    let isJoined = false;
    const counting = new Proxy(semaphore, {
      async apply(target, self, args) {
        runs += 1;
        active += 1;
        const made: unknown = await Reflect.apply(target, self, args).finally(() => {
          active -= 1;
        });
        const pieces = await piecesIn(folder());
        isJoined ||= pieces.includes('frames.mp3');
        if (damaged && active === 0 && pieces.includes(damaged))
          await damage(join(folder(), 'pieces', damaged));
        return made;
      },
    });
    const engine = createEngine({ ...(await engineParts()), splitSeconds, semaphore: counting });
    const output = join(folder(), `out.${format}`);
    const { media } = await convertWith(engine, input, output, format, options);
    return { bytes: await readFile(output), media, runs, isJoined };
  }
});

async function piecesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).includes('pieces') ? readdir(join(folder, 'pieces')) : [];
}

/** Overwrites all of a file but its header frame. */
async function damage(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - 8192), 0, size - 8192, 8192);
  await file.close();
}
