import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSound } from '../support/audio.ts';
import { convertFile, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedSamples } from '../support/sound.ts';

const SAMPLES = 2000;
const RATE = 8000;

/** How a WAV file stores its samples. */
interface Stored {
  /** Valid bits, and bits of the place that each sample takes. */
  bits: number;
  place: number;
  isBig?: boolean;
  isExtensible?: boolean;
}

/** The sample with that number, as an integer of so many bits. */
const sample = (index: number, bits: number) =>
  Math.round(0.5 * (2 ** (bits - 1) - 1) * Math.sin((2 * Math.PI * 440 * index) / RATE));

/** A WAV file, or RIFX if it is big-endian; valid bits are the highest of each place (Microsoft, WAVEFORMATEXTENSIBLE). */
function wav({ bits, place, isBig = false, isExtensible = true }: Stored): Buffer {
  const bytes = place / 8;
  const u16 = (value: number) => number(value, 2, isBig);
  const u32 = (value: number) => number(value, 4, isBig);
  const basic = [
    u16(isExtensible ? 0xfffe : 1),
    u16(1),
    u32(RATE),
    u32(RATE * bytes),
    u16(bytes),
    u16(place),
  ];
  const subformat = Buffer.from('0100000000001000800000aa00389b71', 'hex');
  const extension = isExtensible ? [u16(22), u16(bits), u32(4), subformat] : [];
  const data = Buffer.alloc(SAMPLES * bytes);
  for (let index = 0; index < SAMPLES; index++) {
    const value = sample(index, bits) * 2 ** (place - bits);
    if (isBig) data.writeIntBE(value, index * bytes, bytes);
    else data.writeIntLE(value, index * bytes, bytes);
  }
  const chunk = (id: string, content: Buffer) =>
    Buffer.concat([Buffer.from(id), u32(content.length), content]);
  const body = [
    Buffer.from('WAVE'),
    chunk('fmt ', Buffer.concat([...basic, ...extension])),
    chunk('data', data),
  ];
  return chunk(isBig ? 'RIFX' : 'RIFF', Buffer.concat(body));
}

function number(value: number, bytes: number, isBig: boolean): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (isBig) buffer.writeUIntBE(value, 0, bytes);
  else buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

const WAVS: readonly (Stored & { depth: number; codec: string })[] = [
  { bits: 24, place: 32, depth: 24, codec: 'pcm_s32le' },
  { bits: 20, place: 32, depth: 20, codec: 'pcm_s32le' },
  { bits: 16, place: 24, depth: 16, codec: 'pcm_s24le' },
  { bits: 16, place: 32, depth: 16, codec: 'pcm_s32le' },
  { bits: 20, place: 24, depth: 24, codec: 'pcm_s24le' },
  { bits: 24, place: 24, depth: 24, codec: 'pcm_s24le' },
  { bits: 16, place: 16, isBig: true, isExtensible: false, depth: 16, codec: 'pcm_s16be' },
  { bits: 24, place: 24, isBig: true, isExtensible: false, depth: 24, codec: 'pcm_s24be' },
  { bits: 32, place: 32, isBig: true, isExtensible: false, depth: 32, codec: 'pcm_s32be' },
];

describe('Samples of PCM', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  for (const stored of WAVS) {
    const { bits, place, isBig = false, depth, codec } = stored;
    it(`are right with ${bits} bits in ${place}, ${isBig ? 'big' : 'little'}-endian`, async () => {
      const input = join(folder(), 'in.wav');
      await writeFile(input, wav(stored));
      const { media } = await (await testEngine()).probe(input, signal);
      assert.deepEqual([media.codec, media.bitDepth, media.duration], [codec, depth, SAMPLES / RATE]);
      const output = join(folder(), 'out.wav');
      const made = await convertFile(input, output, 'wav');
      assert.deepEqual([made.warnings, made.media.duration], [[], SAMPLES / RATE]);
      const samples = await decodedSamples(output);
      assert.equal(samples.length, SAMPLES);
      samples.forEach((found, index) => {
        assert.equal(found - sample(index, bits) / 2 ** (bits - 1), 0, `sample ${index}`);
      });
    });
  }

  it('keep their trim, waveform and loudness with the decoder that is right', async () => {
    const input = join(folder(), 'in.wav');
    await writeFile(input, wav({ bits: 24, place: 32 }));
    const output = join(folder(), 'out.wav');
    const { media } = await convertFile(input, output, 'wav', { start: 0.1, end: 0.2, fadeOut: 0.05 });
    assert.equal(media.duration, 0.1);
    const audio = await testEngine();
    const source = { source: input, probed: await audio.probe(input, signal) };
    const { peaks } = await audio.waveform(async () => source, signal);
    assert.ok(Math.abs(Math.max(...peaks) - 63) <= 1, `${Math.max(...peaks)}`);
  });

  it('are refused where their order is unknown', async () => {
    const input = join(folder(), 'in.wav');
    await writeFile(input, wav({ bits: 16, place: 16, isBig: true }));
    await assert.rejects((await testEngine()).probe(input, signal), { code: 'unsupported_codec' });
  });

  it('are right in every order and form of AIFF, AU, CAF, W64 and WAV', async () => {
    const forms = {
      aiff: ['pcm_s16le', 'pcm_s24be', 'pcm_f32be'],
      au: ['pcm_s8', 'pcm_s24be', 'pcm_f64be'],
      caf: ['pcm_s24le', 'pcm_s24be'],
      w64: ['pcm_u8', 'pcm_s24le'],
      wav: ['pcm_u8', 'pcm_alaw', 'pcm_f64le'],
    };
    for (const [container, codecs] of Object.entries(forms)) {
      for (const codec of codecs) {
        const input = join(folder(), `${codec}.${container}`);
        await makeSound(input, `aevalsrc=0.5*sin(2*PI*440*t):s=${RATE}:d=0.1`, '-c:a', codec);
        const output = join(folder(), 'out.wav');
        await convertFile(input, output, 'wav');
        const samples = await decodedSamples(output);
        const tolerance = /8|law/.test(codec) ? 0.02 : 0.0001;
        const wrong = samples.findIndex(
          (found, index) => Math.abs(found - sample(index, 24) / 2 ** 23) > tolerance,
        );
        assert.equal(wrong, -1, `${container} ${codec}: sample ${wrong} is ${samples[wrong]}`);
      }
    }
  });
});
