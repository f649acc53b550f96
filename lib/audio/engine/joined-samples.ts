import type { Readable } from 'node:stream';
import type { CommonSound } from '../plan/join-plan.ts';

/** Bytes of a WAV header that are looked through for its samples. */
const MOST_HEADER = 4096;

/**
 * The samples of a WAV stream, in whole frames.
 * @param headed whether its header comes first
 * @param frame bytes of the samples of all channels
 */
export async function* soundOf(stream: Readable, headed: boolean, frame: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isSound = false;
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    if (!isSound) {
      const at = rest.indexOf('data', 12, 'latin1');
      if (at < 0 || rest.length < at + 8) {
        if (rest.length > MOST_HEADER) throw new Error('the samples of a track have no WAV header');
        continue;
      }
      if (headed) yield Buffer.from(rest.subarray(0, at + 8));
      rest = rest.subarray(at + 8);
      isSound = true;
    }
    const whole = rest.length - (rest.length % frame);
    if (whole > 0) yield rest.subarray(0, whole);
    rest = rest.subarray(whole);
  }
}

/** Joins sounds of floating point whose neighbours overlap by so many samples, one fading out while the next fades in: linearly, so that no sum exceeds full scale. */
export async function* crossfaded(
  sounds: readonly (() => Readable)[],
  overlap: number,
  { channels, stored }: CommonSound,
): AsyncGenerator<Buffer> {
  const bytes = stored.bits / 8;
  const frame = bytes * channels;
  const held = overlap * frame;
  let tail: Buffer = Buffer.alloc(0);
  for (const [index, sound] of sounds.entries()) {
    let waiting: Buffer = Buffer.alloc(0);
    let isHead = index === 0;
    let isMixed = index === 0;
    for await (const chunk of soundOf(sound(), isHead, frame)) {
      if (isHead) {
        isHead = false;
        yield chunk;
        continue;
      }
      waiting = Buffer.concat([waiting, chunk]);
      if (!isMixed && waiting.length >= held) {
        yield mixed(tail, waiting.subarray(0, held), channels, bytes);
        waiting = waiting.subarray(held);
        isMixed = true;
      }
      if (isMixed && waiting.length > held) {
        yield waiting.subarray(0, waiting.length - held);
        waiting = waiting.subarray(waiting.length - held);
      }
    }
    if (!isMixed) yield tail;
    tail = waiting;
  }
  yield tail;
}

/** The end of one sound and the beginning of the next, linearly. */
function mixed(end: Buffer, beginning: Buffer, channels: number, bytes: number): Buffer {
  const made = Buffer.from(beginning);
  const count = Math.min(end.length, made.length) / bytes;
  const frames = count / channels;
  for (let sample = 0; sample < count; sample++) {
    const share = (Math.floor(sample / channels) + 0.5) / frames;
    const at = sample * bytes;
    const [one, other] =
      bytes === 8
        ? [end.readDoubleLE(at), made.readDoubleLE(at)]
        : [end.readFloatLE(at), made.readFloatLE(at)];
    const sum = one * (1 - share) + other * share;
    if (bytes === 8) made.writeDoubleLE(sum, at);
    else made.writeFloatLE(sum, at);
  }
  return made;
}
