import { type SamplePositions, scaled } from './sample-positions.ts';

/** Bytes of the chunk `bext` before the coding history, and positions of fields (EBU Tech 3285, version 2). */
const BEXT = { least: 602, time: 338, version: 346, loudness: 412 };

/** Number of 16-bit loudness values of version 2, and the value that means "not set". */
const LOUDNESS_VALUES = 5;
const NOT_SET = 0x7fff;

/**
 * Moves the time of the first sample, in samples since midnight, and removes loudness values that no longer hold.
 * @returns null if the chunk is damaged
 */
export function movedBext(chunk: Buffer, positions: SamplePositions, isSameLoudness: boolean): Buffer | null {
  if (chunk.length < BEXT.least) return null;
  const bytes = Buffer.from(chunk);
  const first = bytes.readBigUInt64LE(BEXT.time) + BigInt(positions.start);
  bytes.writeBigUInt64LE(first > MOST_EXACT ? first : BigInt(scaled(Number(first), positions)), BEXT.time);
  if (!isSameLoudness && bytes.readUInt16LE(BEXT.version) >= 2) {
    for (let index = 0; index < LOUDNESS_VALUES; index++) {
      bytes.writeUInt16LE(NOT_SET, BEXT.loudness + index * 2);
    }
  }
  return bytes;
}

/** A day at 192 kHz has 1.7e10 samples; larger numbers than these are damaged, and stay. */
const MOST_EXACT = BigInt(2 ** 48);

/** Pairs of elements of iXML with the high and the low 32 bits of a time in samples since midnight (iXML 2.1). */
const TIMES = [
  ['TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI', 'TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO'],
  ['BWF_TIME_REFERENCE_HIGH', 'BWF_TIME_REFERENCE_LOW'],
] as const;

/** Elements of iXML with a sample rate of the file. */
const RATES = ['FILE_SAMPLE_RATE', 'TIMESTAMP_SAMPLE_RATE'];

/** Moves times in the text of an iXML chunk, and sets its sample rate; the rest of the text stays byte for byte. */
export function movedIxml(chunk: Buffer, positions: SamplePositions, sampleRate: number): Buffer {
  let text = chunk.toString('latin1');
  for (const [high, low] of TIMES) {
    const [upper, lower] = [numberOf(text, high) ?? 0, numberOf(text, low)];
    if (lower === undefined) continue;
    const first = scaled(upper * 2 ** 32 + lower + positions.start, positions);
    text = withNumber(withNumber(text, high, Math.floor(first / 2 ** 32)), low, first % 2 ** 32);
  }
  if (positions.scale !== 1) for (const name of RATES) text = withNumber(text, name, sampleRate);
  return Buffer.from(text, 'latin1');
}

function numberOf(text: string, element: string): number | undefined {
  const digits = new RegExp(`<${element}>\\s*(\\d{1,10})\\s*</${element}>`).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function withNumber(text: string, element: string, value: number): string {
  return text.replace(
    new RegExp(`<${element}>\\s*\\d{1,10}\\s*</${element}>`),
    `<${element}>${value}</${element}>`,
  );
}
