import type { Fit } from '../formats/fit-option.ts';
import type { Plan } from './plan.ts';

/** Bytes that a result will have. */
export interface ExpectedSize {
  least: number;
  likely: number;
  most: number;
  /** Whether all three are the same since the format leaves no choice. */
  exact: boolean;
}

/** Bytes that containers add to the packets. */
interface Overhead {
  /** Bytes of each packet. */
  packet: number;
  /** Bytes of each second. */
  second: number;
  /** Bytes of the file. */
  file: number;
}

/** By ffmpeg's muxer; measured with ffmpeg 5.1 and 7.1. */
const OVERHEADS: ReadonlyMap<string, Overhead> = new Map(
  Object.entries({
    mp3: { packet: 0, second: 0, file: 240 },
    adts: { packet: 7, second: 0, file: 0 },
    ipod: { packet: 4, second: 46, file: 650 },
    ogg: { packet: 1.1, second: 27, file: 3900 },
    oga: { packet: 1.1, second: 27, file: 3900 },
    opus: { packet: 1.2, second: 27, file: 140 },
    webm: { packet: 7.4, second: 4, file: 540 },
    matroska: { packet: 8, second: 4, file: 700 },
    flac: { packet: 0, second: 0, file: 8300 },
    asf: { packet: 36, second: 0, file: 3800 },
    tta: { packet: 4, second: 0, file: 22 },
  }),
);

const NONE: Overhead = { packet: 0, second: 0, file: 0 };

/** Samples of a packet by ffprobe's name of the codec. */
const PACKETS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    aac: 1024,
    mp3: 1152,
    opus: 960,
    vorbis: 900,
    flac: 4608,
    alac: 4096,
    tta: 46_080,
  }),
);

/** Encoded excerpts of an original. */
export interface Encoded {
  /** Bytes of packets for each second of sound, excerpt by excerpt. */
  rates: readonly number[];
  /** Whether they are the whole sound. */
  whole: boolean;
}

/** Share of the size by which even a whole sound may differ: containers align and pad. */
const SHARE = { whole: 0.01, part: 0.06 };

/** Size of a file with a variable bitrate, from the rates of its excerpts. */
export function sampledSize(
  plan: Plan,
  seconds: number,
  { rates, whole }: Encoded,
  tags: number,
): ExpectedSize {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length);
  const spread = Math.sqrt(
    rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / Math.max(1, rates.length),
  );
  const share = whole ? SHARE.whole : SHARE.part + (mean > 0 ? spread / mean : 0);
  const sound = mean * seconds;
  return around(sound + overhead(plan, seconds) + tags, share);
}

/** Size of a file by a rate alone, where no excerpt can be encoded. */
export function ratedSize(plan: Plan, seconds: number, tags: number): ExpectedSize {
  const rate = (plan.bitrate ?? plan.mostBitrate * USUAL_SHARE) / 8;
  const likely = rate * seconds;
  return around(likely + overhead(plan, seconds) + tags, plan.bitrate === null ? 0.5 : 0.1);
}

/** Size of a file that stays within a limit: encoding goes on until it uses enough of it, or as much as the sound can use. */
export function fittedSize(plan: Plan, seconds: number, tags: number, { maxBytes }: Fit): ExpectedSize {
  const { least, likely, most } = ratedSize(plan, seconds, tags);
  return { least, likely: Math.min(likely, maxBytes), most: Math.min(most, maxBytes), exact: false };
}

/** Bytes by which small files differ. */
const ALIGNED = 300;

/** Part of the highest rate that a variable one usually takes. */
const USUAL_SHARE = 0.6;

function around(likely: number, share: number): ExpectedSize {
  const [least, most] = [likely * (1 - share) - ALIGNED, likely * (1 + share) + ALIGNED];
  return {
    least: Math.max(0, Math.floor(least)),
    likely: Math.round(likely),
    most: Math.ceil(most),
    exact: false,
  };
}

/** Bytes that a container adds to the packets of so many seconds. */
export function overhead(
  { format, encoder, sampleRate }: Pick<Plan, 'format' | 'encoder' | 'sampleRate'>,
  seconds: number,
): number {
  const { packet, second, file } = OVERHEADS.get(format.muxer) ?? NONE;
  const packets = (seconds * sampleRate) / (PACKETS.get(encoder.codec) ?? 1024);
  return packet * packets + second * seconds + file;
}
