import { type FileHandle, open } from 'node:fs/promises';
import { CUE_FRAMES, type CueSheet } from './cue-sheet.ts';
import type { CueTrack } from './cue-tracks.ts';

/** Type of the block, and the bytes of its parts (RFC 9639, 8.7). */
const CUE_SHEET = 5;
const HEAD = 396;
const TRACK = 36;
const INDEX = 12;

/** Blocks before the sound that are looked at; files have three to ten. */
const MOST_BLOCKS = 200;

/** Bytes of the largest block that has 100 tracks with 100 indexes each. */
const MOST_BYTES = HEAD + 100 * (TRACK + 100 * INDEX);

/** Number of the track that stands for the end of the disc: of a CD, and of others. */
const LEAD_OUT: ReadonlySet<number> = new Set([170, 255]);

/**
 * Reads the block CUESHEET of a FLAC file; undefined if there is none that can be followed. It has no texts, and its times are samples,
 * so that frames may be fractions.
 */
export async function readFlacCueSheet(path: string, sampleRate: number): Promise<CueSheet | undefined> {
  const file = await open(path);
  try {
    const block = await findBlock(file);
    const tracks = block ? tracksOf(block, sampleRate / CUE_FRAMES) : [];
    const isRising = tracks.every(
      ({ start }, index) => index === 0 || start > (tracks[index - 1]?.start ?? 0),
    );
    if (tracks.length === 0 || !isRising) return undefined;
    return { title: null, performer: null, songwriter: null, genre: null, date: null, tracks };
  } finally {
    await file.close();
  }
}

async function findBlock(file: FileHandle): Promise<Buffer | undefined> {
  const head = Buffer.alloc(4);
  const isFlac = (await file.read(head, 0, 4, 0)).bytesRead === 4 && head.toString('latin1') === 'fLaC';
  for (let at = 4, count = 0; isFlac && count < MOST_BLOCKS; count++) {
    if ((await file.read(head, 0, 4, at)).bytesRead < 4) return undefined;
    const [type, length] = [head.readUInt8(0), head.readUIntBE(1, 3)];
    if ((type & 0x7f) === CUE_SHEET && length <= MOST_BYTES) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at + 4);
      return bytesRead === length && length >= HEAD ? buffer : undefined;
    }
    if (type >= 0x80) return undefined;
    at += 4 + length;
  }
  return undefined;
}

function tracksOf(block: Buffer, frame: number): CueTrack[] {
  const tracks: CueTrack[] = [];
  for (let at = HEAD, left = block.readUInt8(HEAD - 1); left > 0 && at + TRACK <= block.length; left--) {
    const number = block.readUInt8(at + 8);
    const count = block.readUInt8(at + TRACK - 1);
    const next = at + TRACK + count * INDEX;
    if (next > block.length) return [];
    if (!LEAD_OUT.has(number) && isAudio(block.readUInt8(at + 21))) tracks.push(trackOf(block, at, frame));
    at = next;
  }
  return tracks;
}

/** The highest bit of the flags tells of data. */
function isAudio(flags: number): boolean {
  return flags < 0x80;
}

function trackOf(block: Buffer, at: number, frame: number): CueTrack {
  const offset = Number(block.readBigUInt64BE(at));
  const places = new Map<number, number>();
  for (let index = 0; index < block.readUInt8(at + TRACK - 1); index++) {
    const place = at + TRACK + index * INDEX;
    places.set(block.readUInt8(place + 8), offset + Number(block.readBigUInt64BE(place)));
  }
  const isrc = block.toString('latin1', at + 9, at + 21).replace(/[^A-Za-z0-9]/g, '');
  const pregap = places.get(0);
  return {
    number: block.readUInt8(at + 8),
    ...{ title: null, performer: null, songwriter: null, silence: 0 },
    isrc: isrc === '' ? null : isrc,
    pregap: pregap === undefined ? null : pregap / frame,
    start: (places.get(1) ?? offset) / frame,
  };
}
