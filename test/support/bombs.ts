import { crc32, deflateSync } from 'node:zlib';

/** Files that are small and would take a machine's memory, time or disk. */

/** A WAV header with whatever numbers, and some silence. */
export function wavWith(sampleRate: number, channels: number, frames: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF....WAVEfmt ', 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE((sampleRate * channels * 2) % 2 ** 32, 28);
  header.writeUInt16LE((channels * 2) % 2 ** 16, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(frames * channels * 2, 40);
  return Buffer.concat([header, Buffer.alloc(frames * channels * 2)]);
}

/** An ID3v2.4 tag (id3.org, 2.4.0 structure) of text frames, to stand before MP3 frames. */
export function id3With(count: number, length: number): Buffer {
  const frames = Array.from({ length: count }, (_, index) => {
    const body = Buffer.concat([Buffer.from(`\x03key ${index}\0`), Buffer.alloc(length, 'a')]);
    return Buffer.concat([Buffer.from('TXXX'), syncSafe(body.length), Buffer.alloc(2), body]);
  });
  const all = Buffer.concat(frames);
  return Buffer.concat([Buffer.from('ID3\x04\0\0', 'latin1'), syncSafe(all.length), all]);
}

/** An Ogg file (RFC 3533) of so many Opus streams, each of one packet of silence. */
export function oggWithStreams(count: number): Buffer {
  const head = Buffer.from('OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0', 'latin1');
  const tags = Buffer.from('OpusTags\x01\0\0\0a\0\0\0\0', 'latin1');
  const serials = Array.from({ length: count }, (_, index) => index + 1);
  return Buffer.concat([
    ...serials.map((serial) => oggPage(2, serial, 0, head)),
    ...serials.map((serial) => oggPage(0, serial, 1, tags)),
    ...serials.map((serial) => oggPage(4, serial, 2, Buffer.from([0xfc, 0xff, 0xfe]))),
  ]);
}

/** A black picture as PNG (RFC 2083) of so many pixels a side, packed to a thousandth. */
export function hugePng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc(side * (side + 1)), { level: 9 });
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}

/** Chapters as ffmpeg reads them. */
export function chapters(count: number): string {
  const one = (start: number) =>
    `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${start + 1}\ntitle=${'x'.repeat(200)}\n`;
  return `;FFMETADATA1\n${Array.from({ length: count }, (_, index) => one(index)).join('')}`;
}

function syncSafe(value: number): Buffer {
  return Buffer.from([21, 14, 7, 0].map((shift) => (value >> shift) & 0x7f));
}

function oggPage(flags: number, serial: number, sequence: number, packet: Buffer): Buffer {
  const page = Buffer.alloc(28 + packet.length);
  page.write('OggS', 'latin1');
  page[5] = flags;
  page.writeBigInt64LE(flags === 4 ? 960n : 0n, 6);
  page.writeUInt32LE(serial, 14);
  page.writeUInt32LE(sequence, 18);
  page[26] = 1;
  page[27] = packet.length;
  packet.copy(page, 28);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

/** CRC-32 with the polynomial 0x04c11db7, unreflected (RFC 3533, 6). */
function oggChecksum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
