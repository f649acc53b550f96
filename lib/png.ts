import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import { narrow, type Waveform } from './waveform.ts';

const compress = promisify(deflate);

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The two entries of the palette: nothing, and the colour of the wave. */
const PALETTE = Buffer.from([0, 0, 0, 0x33, 0x66, 0x99]);
const ALPHA = Buffer.from([0, 255]);

/** Draws a waveform on a transparent ground as PNG (RFC 2083), one byte a pixel of a palette of two colours. */
export async function drawWaveform(waveform: Waveform, width: number, height: number): Promise<Buffer> {
  const { peaks } = narrow(waveform, width);
  const rows = Buffer.alloc((width + 1) * height);
  const pixels = peaks.length / 2;
  for (let x = 0; x < width && pixels > 0; x++) {
    const pixel = Math.floor((x * pixels) / width);
    const top = rowOf(peaks[pixel * 2 + 1] ?? 0, height);
    const bottom = rowOf(peaks[pixel * 2] ?? 0, height);
    for (let y = top; y <= bottom; y++) rows[y * (width + 1) + 1 + x] = 1;
  }
  const chunks = [
    chunk('IHDR', header(width, height)),
    chunk('PLTE', PALETTE),
    chunk('tRNS', ALPHA),
    chunk('IDAT', await compress(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/** From the top: 127 is in row 0, -128 in the last. */
function rowOf(sample: number, height: number): number {
  return Math.round(((127 - sample) / 255) * (height - 1));
}

/** 8 bits, palette, deflate, no filter before it, not interlaced. */
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
