/** Looks for tags and headers between the streams that a file joins. Data comes in pieces, from the beginning. */
export interface JoinScanner {
  read(piece: Buffer): void;
  /** Whether such tags and headers explain this number of packets that a decoder refused. */
  explains(refused: number): boolean;
}

/** Containers of which several can stand one after another in a file. */
export const JOINABLE: ReadonlySet<string> = new Set([
  ...['ogg', 'mp3', 'flac', 'aac', 'ac3', 'eac3', 'wv', 'tta'],
]);

/** A scanner for a container (ffprobe's name); undefined if its decoders do not complain about such data. */
export function joinScanner(container: string): JoinScanner | undefined {
  if (container === 'mp3') return mpegScanner();
  return container === 'ogg' ? oggScanner() : undefined;
}

/** Bytes of the longest header that must stand in one piece. */
const HEADER = 32;

/** Walks through frames and tags, and counts all other bytes. */
function mpegScanner(): JoinScanner {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  let junk = 0;
  return {
    read(piece) {
      const { length } = piece;
      if (skip >= length) {
        skip -= length;
        return;
      }
      const bytes = Buffer.concat([rest, piece.subarray(skip)]);
      let at = 0;
      while (at + HEADER <= bytes.length) {
        const block = blockLength(bytes, at);
        if (block === 0 && bytes[at] !== 0) junk += 1;
        at += block || 1;
      }
      skip = Math.max(0, at - bytes.length);
      rest = bytes.subarray(Math.min(at, bytes.length));
    },
    explains: () => junk === 0,
  };
}

/** Bytes of the tag or frame at a place; 0 if there is none. */
export function blockLength(bytes: Buffer, at: number): number {
  const name = bytes.toString('latin1', at, at + 8);
  if (name.startsWith('ID3')) return 10 + syncsafe(bytes, at + 6) + ((bytes[at + 5] ?? 0) & 0x10 ? 10 : 0);
  if (name.startsWith('TAG+')) return 227;
  if (name.startsWith('TAG')) return 128;
  if (name === 'APETAGEX') return apeLength(bytes, at);
  return frameLength(bytes.readUInt32BE(at));
}

/** ID3v2.4, section 6.2: 7 bits of each byte. */
function syncsafe(bytes: Buffer, at: number): number {
  return bytes.subarray(at, at + 4).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
}

/** APEv2: the size counts the items and the footer; a header of 32 bytes comes before. */
function apeLength(bytes: Buffer, at: number): number {
  const isHeader = (bytes.readUInt32LE(at + 20) & 0x2000_0000) !== 0;
  return isHeader ? 32 + bytes.readUInt32LE(at + 12) : 32;
}

/** Kilobits a second by index, for layers I, II and III of MPEG-1, and for layers I and II/III of MPEG-2 (ISO 13818-3). */
const BITRATES = {
  first: [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  second: [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
} as const;
const RATES = [44_100, 48_000, 32_000] as const;

/** Hz and channels of a frame by its header; undefined if the header is not valid. */
export function frameFormat(header: number): { sampleRate: number; channels: number } | undefined {
  if (frameLength(header) === 0) return undefined;
  const version = (header >>> 19) & 3;
  const sampleRate = (RATES[(header >>> 10) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  return { sampleRate, channels: ((header >>> 6) & 3) === 3 ? 1 : 2 };
}

/** Bits a second of a frame by its header; 0 if the header is not valid, or has a free bitrate. */
export function frameBitrate(header: number): number {
  const [version, layer] = [(header >>> 19) & 3, 4 - ((header >>> 17) & 3)];
  if (header >>> 21 !== 0x7ff || version === 1 || layer === 4) return 0;
  const table = version === 3 ? BITRATES.first : BITRATES.second;
  return (table[layer - 1]?.[(header >>> 12) & 15] ?? 0) * 1000;
}

/** Bytes of a frame by its header (ISO 11172-3, 2.4.2.3); 0 as for `frameBitrate`. */
function frameLength(header: number): number {
  const [version, layer] = [(header >>> 19) & 3, 4 - ((header >>> 17) & 3)];
  const bitrate = frameBitrate(header);
  const rate = (RATES[(header >>> 10) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  if (bitrate === 0 || rate === 0) return 0;
  const padding = (header >>> 9) & 1;
  if (layer === 1) return (Math.floor((12 * bitrate) / rate) + padding) * 4;
  const samples = layer === 3 && version !== 3 ? 576 : 1152;
  return Math.floor((samples / 8) * (bitrate / rate)) + padding;
}

/** Packets at the beginning of a stream that hold no sound: Opus has two, Vorbis three. */
const HEADER_PACKETS = 3;

/** Counts the pages that begin a stream (RFC 3533, section 6). */
function oggScanner(): JoinScanner {
  let rest: Buffer = Buffer.alloc(0);
  let streams = 0;
  return {
    read(piece) {
      const bytes = Buffer.concat([rest, piece]);
      let at = bytes.indexOf('OggS');
      for (; at >= 0 && at + 6 <= bytes.length; at = bytes.indexOf('OggS', at + 4)) {
        if (((bytes[at + 5] ?? 0) & 2) !== 0) streams += 1;
      }
      rest = bytes.subarray(Math.max(at >= 0 ? at : 0, bytes.length - 5));
    },
    explains: (refused) => refused <= (streams - 1) * HEADER_PACKETS,
  };
}
