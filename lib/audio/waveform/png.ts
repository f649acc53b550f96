import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { crc32, createDeflate } from 'node:zlib';
import { narrow, type Waveform } from './peaks.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The two entries of the palette: the transparent ground, and the colour of the wave. */
const PALETTE = Buffer.from([0, 0, 0, 0x33, 0x66, 0x99]);
const ALPHA = Buffer.from([0, 255]);

/** Pixels of one slice, which takes less than a millisecond; the event loop runs between two slices. */
const SLICE = 131_072;

/**
 * Draws a waveform on a transparent ground as PNG (RFC 2083), one byte a pixel, with a palette of two colours. Memory
 * holds only a few slices of the picture at a time.
 */
export async function drawWaveform(waveform: Waveform, width: number, height: number): Promise<Buffer> {
  const compressed = Readable.from(rowSlices(waveform, width, height)).pipe(createDeflate());
  const chunks = [
    chunk('IHDR', header(width, height)),
    chunk('PLTE', PALETTE),
    chunk('tRNS', ALPHA),
    chunk('IDAT', await buffer(compressed)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/**
 * Slices of rows from the top. Each row begins with a byte for `no filter`. The event loop runs between two slices.
 */
export async function* rowSlices(waveform: Waveform, width: number, height: number): AsyncGenerator<Buffer> {
  const { tops, bottoms } = columnsOf(waveform, width, height);
  const most = Math.max(1, Math.floor(SLICE / width));
  for (let first = 0; first < height; first += most) {
    const count = Math.min(most, height - first);
    const rows = Buffer.alloc((width + 1) * count);
    for (let x = 0; x < width; x++) {
      const last = Math.min(bottoms[x] ?? -1, first + count - 1);
      for (let y = Math.max(tops[x] ?? 0, first); y <= last; y++) rows[(y - first) * (width + 1) + 1 + x] = 1;
    }
    yield rows;
    await setImmediate();
  }
}

/** First and last row of the wave in every column; the last is above the first if a column is empty. */
interface Columns {
  tops: Int16Array;
  bottoms: Int16Array;
}

function columnsOf(waveform: Waveform, width: number, height: number): Columns {
  const { peaks } = narrow(waveform, width);
  const pixels = peaks.length / 2;
  const tops = new Int16Array(width);
  const bottoms = new Int16Array(width).fill(-1);
  for (let x = 0; x < width && pixels > 0; x++) {
    const pixel = Math.floor((x * pixels) / width);
    tops[x] = rowOf(peaks[pixel * 2 + 1] ?? 0, height);
    bottoms[x] = rowOf(peaks[pixel * 2] ?? 0, height);
  }
  return { tops, bottoms };
}

/** Row from the top: 127 is in row 0, -128 in the last. */
function rowOf(sample: number, height: number): number {
  return Math.round(((127 - sample) / 255) * (height - 1));
}

/** 8 bits, palette, deflate, standard filters, not interlaced. */
function header(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes.set([8, 3, 0, 0, 0], 8);
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
