/**
 * Values of the option `encoding`. `pcm` means integers and `float` floating point; G.711 (`mulaw`, `alaw`) is telephony, and
 * ADPCM stores four bits a sample.
 */
export const ENCODING_NAMES = ['pcm', 'float', 'mulaw', 'alaw', 'adpcm_ima', 'adpcm_ms'] as const;

export type EncodingName = (typeof ENCODING_NAMES)[number];

/** Depths of each encoding that has a choice; others store a fixed number of bits. No integer has 64 bits. */
export const DEPTHS: Readonly<Partial<Record<EncodingName, readonly number[]>>> = {
  pcm: [8, 16, 24, 32, 64],
  float: [32, 64],
};
