import type { Plan } from './plan.ts';

/** Samples by which LAME delays the sound, and ffmpeg's reader expects it. */
const LAME_DELAY = 1105;

/** Bytes of an ID3 tag that ffmpeg writes with its own name alone, without that name, and the bytes that it leaves free. */
const ID3 = { head: 22, free: 10 };

/**
 * Bytes of a file of frames at a constant bitrate, without tags; undefined for other codecs.
 * @param samples of each channel
 * @param writer ffmpeg's name in the file
 * @param reserved bytes that are left free for tags in an MP3 file; null: ffmpeg's own choice
 */
export function frameFileSize(
  plan: Plan,
  samples: number,
  writer: string,
  reserved: number | null,
): number | undefined {
  const { bitrate, encoder, sampleRate } = plan;
  if (bitrate === null) return undefined;
  if (encoder.codec === 'mp3') {
    const tag = ID3.head + writer.length + (reserved ?? ID3.free);
    return tag + xingFrame(plan, bitrate) + mp3Frames(bitrate, sampleRate, samples);
  }
  if (encoder.codec === 'mp2') return Math.floor((Math.ceil(samples / 1152) * 144 * bitrate) / sampleRate);
  if (encoder.codec === 'wmav2') return asfFile(bitrate, sampleRate, samples);
  if (encoder.codec === 'ac3' || encoder.codec === 'eac3') return ac3Frames(bitrate, sampleRate, samples);
  return undefined;
}

/** LAME adds a byte to a frame whenever the remainder of the division has grown to one (libmp3lame/encoder.c). */
function mp3Frames(bitrate: number, sampleRate: number, samples: number): number {
  const perFrame = samplesOfFrame(sampleRate);
  const frames = Math.ceil((samples + LAME_DELAY) / perFrame);
  const bits = (perFrame / 8) * bitrate;
  const rest = bits % sampleRate;
  return frames * Math.floor(bits / sampleRate) + Math.ceil(((frames - 1) * rest) / sampleRate);
}

function samplesOfFrame(sampleRate: number): number {
  return sampleRate >= 32_000 ? 1152 : 576;
}

/** Bitrates of layer III in kbit/s, from which the frame with the length is taken. */
const STEPS = {
  high: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  low: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** The first frame, which has the length: the next larger one if that of the bitrate is too small (libavformat/mp3enc.c). */
function xingFrame({ sampleRate, channels }: Plan, bitrate: number): number {
  const isHigh = sampleRate >= 32_000;
  const side = isHigh ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  const needed = 4 + side + 156;
  const sizes = STEPS[isHigh ? 'high' : 'low']
    .filter((step) => step * 1000 >= bitrate)
    .map((step) => Math.floor(((isHigh ? 144 : 72) * step * 1000) / sampleRate));
  return sizes.find((size) => size >= needed) ?? 0;
}

/** Frames have whole words; a longer one follows when the sum falls behind the bitrate (libavcodec/ac3enc.c). */
function ac3Frames(bitrate: number, sampleRate: number, samples: number): number {
  const words = Math.floor((bitrate * 96) / sampleRate);
  const frames = Math.ceil(samples / 1536);
  let bytes = 0;
  for (let frame = 0; frame < frames; frame++) {
    const isBehind = bytes * 8 * sampleRate < frame * 1536 * bitrate;
    bytes += 2 * (words + (isBehind ? 1 : 0));
  }
  return bytes;
}

/** Bytes of the head of an ASF file and of a packet there, those that a packet has for frames, and those before each frame. */
const ASF = { head: 544, packet: 3200, room: 3184, each: 17 };

/** Packets of one size take as many whole frames as have room (libavformat/asfenc.c, libavcodec/wma.c). */
function asfFile(bitrate: number, sampleRate: number, samples: number): number {
  const perFrame = sampleRate <= 16_000 ? 512 : sampleRate <= 22_050 ? 1024 : 2048;
  const frame = Math.floor((bitrate * perFrame) / (sampleRate * 8));
  const perPacket = Math.max(1, Math.floor(ASF.room / (frame + ASF.each)));
  return ASF.head + ASF.packet * Math.ceil(Math.ceil(samples / perFrame) / perPacket);
}
