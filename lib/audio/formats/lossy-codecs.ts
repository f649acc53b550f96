import { type Bitrates, type Codec, USUAL } from './codecs.ts';

const STEREO = ['mono', 'stereo'];

const k = (...numbers: number[]) => numbers.map((number) => number * 1000);

/** ISO/IEC 11172-3 and 13818-3: the bitrates depend on the sample rate. */
const MP3_STEPS = {
  low: k(8, 16, 24, 32, 40, 48, 56, 64),
  middle: k(8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
  high: k(32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
};

export const MP3: Codec = {
  encoders: [{ name: 'libmp3lame', codec: 'mp3', depth: null }],
  sampleRates: { steps: [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] },
  mostChannels: 2,
  layouts: STEREO,
  anyLayout: false,
  bitrates: {
    least: 8000,
    most: 320_000,
    steps: true,
    possible: (sampleRate) =>
      MP3_STEPS[sampleRate < 16_000 ? 'low' : sampleRate < 32_000 ? 'middle' : 'high'],
    constant: (bitrate) => ['-b:a', String(bitrate)],
    // LAME's averages end at 310 kbit/s.
    average: (bitrate) =>
      bitrate >= 320_000 ? ['-b:a', '320000'] : ['-abr', '1', '-b:a', String(Math.min(bitrate, 310_000))],
    variable: (quality) => ['-q:a', decimals((10 - quality) * 0.9)],
    standard: { perChannel: 96_000 },
    presets: {
      speech: { perChannel: 48_000 },
      telephony: { perChannel: 16_000 },
      podcast: { perChannel: 64_000 },
      'music-high': { quality: 10 },
      'music-small': { quality: 4.5 },
      archive: { perChannel: 160_000 },
    },
  },
};

export const VORBIS: Codec = {
  encoders: [{ name: 'libvorbis', codec: 'vorbis', depth: null }],
  sampleRates: { least: 8000, most: 48_000 },
  mostChannels: 8,
  layouts: USUAL,
  anyLayout: false,
  bitrates: {
    least: 8000,
    most: 1_920_000,
    steps: false,
    possible: (sampleRate, channels) => {
      const [, least, most] = VORBIS_RANGES.find(([from]) => sampleRate >= from) ?? VORBIS_RANGES[0];
      return [least * channels, most * channels];
    },
    constant: (bitrate) => ['-b:a', '-minrate', '-maxrate'].flatMap((option) => [option, String(bitrate)]),
    variable: (quality) => ['-q:a', decimals(quality)],
    standard: { quality: 6 },
    presets: {
      speech: { quality: 1 },
      telephony: { quality: 1 },
      podcast: { quality: 3 },
      'music-high': { quality: 8 },
      'music-small': { quality: 2.5 },
      archive: { quality: 10 },
    },
  },
};

/** Minimum sample rate, with minimum and maximum bits a second of each channel: tried with libvorbis 1.3.7 and 1, 2 and 6 channels. */
const VORBIS_RANGES: readonly [readonly [number, number, number], ...(readonly [number, number, number])[]] =
  [
    [40_000, 32_000, 240_000],
    [26_000, 32_000, 190_000],
    [19_000, 16_000, 80_000],
    [15_000, 16_000, 96_000],
    [9000, 12_000, 48_000],
    [0, 8000, 40_000],
  ];

export const OPUS: Codec = {
  encoders: [{ name: 'libopus', codec: 'opus', depth: null }],
  sampleRates: { steps: [48_000] },
  mostChannels: 8,
  layouts: USUAL,
  anyLayout: false,
  bitrates: {
    least: 6000,
    most: 2_048_000,
    steps: false,
    possible: (_sampleRate, channels) => [6000 * channels, 256_000 * channels],
    constant: (bitrate) => ['-b:a', String(bitrate), '-vbr', 'off'],
    variable: (quality, channels) => ['-b:a', String(opusBitrate(quality, channels)), '-vbr', 'on'],
    standard: { quality: 6 },
    presets: {
      speech: { quality: 2 },
      telephony: { quality: 1 },
      podcast: { quality: 4 },
      'music-high': { quality: 8 },
      'music-small': { quality: 4.5 },
      archive: { quality: 10 },
    },
  },
  compression: { most: 10, standard: 10, args: (level) => ['-compression_level', String(level)] },
};

/** Opus has a target bitrate instead of a quality: 16 kbit/s a channel for quality 0, 64 for 6.7, 128 for 10. */
function opusBitrate(quality: number, channels: number): number {
  return Math.round(16_000 * 2 ** (quality * 0.3)) * channels;
}

export const AAC: Codec = {
  encoders: [{ name: 'aac', codec: 'aac', depth: null }],
  sampleRates: {
    steps: [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000],
  },
  mostChannels: 8,
  layouts: ['mono', 'stereo', '3.0', '4.0', '5.0', '5.1', '6.1', '7.1'],
  anyLayout: false,
  otherLayouts: ['2.1', '3.0(back)', 'quad', 'quad(side)', '6.0(front)'],
  bitrates: {
    least: 8000,
    most: 1_280_000,
    steps: false,
    possible: (sampleRate, channels) => [
      8000 * channels,
      Math.min(6 * sampleRate * channels, 160_000 * Math.max(2, channels)),
    ],
    constant: (bitrate) => ['-b:a', String(bitrate)],
    variable: (quality) => ['-q:a', decimals(0.1 * 20 ** (quality / 10))],
    standard: { perChannel: 96_000 },
    presets: {
      speech: { perChannel: 48_000 },
      telephony: { perChannel: 16_000 },
      podcast: { perChannel: 64_000 },
      'music-high': { perChannel: 128_000 },
      'music-small': { perChannel: 48_000 },
      archive: { perChannel: 160_000 },
    },
  },
};

export const WMA: Codec = {
  encoders: [{ name: 'wmav2', codec: 'wmav2', depth: null }],
  sampleRates: { steps: [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000] },
  mostChannels: 2,
  layouts: STEREO,
  anyLayout: false,
  bitrates: constantOnly(24_000, 320_000, 96_000),
};

const MP2_STEPS = {
  low: k(8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
  mono: k(32, 48, 56, 64, 80, 96, 112, 128, 160, 192),
  stereo: k(64, 96, 112, 128, 160, 192, 224, 256, 320, 384),
};

export const MP2: Codec = {
  encoders: [{ name: 'mp2', codec: 'mp2', depth: null }],
  sampleRates: { steps: [16_000, 22_050, 24_000, 32_000, 44_100, 48_000] },
  mostChannels: 2,
  // Two frames: readers recognise the format by the distance of its headers.
  leastSamples: 2304,
  layouts: STEREO,
  anyLayout: false,
  bitrates: {
    ...constantOnly(8000, 384_000, 128_000),
    steps: true,
    possible: (sampleRate, channels) =>
      MP2_STEPS[sampleRate < 32_000 ? 'low' : channels === 1 ? 'mono' : 'stereo'],
  },
};

/** ATSC A/52, table 5.18. */
const AC3_STEPS = k(32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640);

export const AC3: Codec = {
  encoders: [{ name: 'ac3', codec: 'ac3', depth: null }],
  sampleRates: { steps: [32_000, 44_100, 48_000] },
  mostChannels: 6,
  // Two frames: readers recognise the format by the distance of its headers.
  leastSamples: 3072,
  layouts: USUAL,
  anyLayout: false,
  otherLayouts: ['2.1', '3.0(back)', '3.1', '4.0', '4.1', 'quad(side)', '5.0(side)', '5.1(side)'],
  bitrates: {
    ...constantOnly(32_000, 640_000, 96_000),
    steps: true,
    possible: (_sampleRate, channels) => AC3_STEPS.filter((step) => step >= 32_000 * channels),
  },
};

/** E-AC-3 takes other bitrates too; those of AC-3 suit every decoder. */
export const EAC3: Codec = { ...AC3, encoders: [{ name: 'eac3', codec: 'eac3', depth: null }] };

/** A codec without a variable bitrate. */
function constantOnly(least: number, most: number, perChannel: number): Bitrates {
  return {
    least,
    most,
    steps: false,
    possible: () => [least, most],
    constant: (bitrate) => ['-b:a', String(bitrate)],
    standard: { perChannel },
    presets: {
      speech: { perChannel: perChannel / 2 },
      telephony: { perChannel: perChannel / 4 },
      podcast: { perChannel: (perChannel / 3) * 2 },
      'music-high': { perChannel: (perChannel / 3) * 4 },
      'music-small': { perChannel: (perChannel / 3) * 2 },
      archive: { perChannel: most },
    },
  };
}

function decimals(number: number): string {
  return String(Number(number.toFixed(3)));
}
