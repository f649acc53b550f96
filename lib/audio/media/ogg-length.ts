import { type FileHandle, open } from 'node:fs/promises';

/** Maximum size of a page (RFC 3533, 6): a header of 27 bytes, 255 lengths, and as many segments of 255 bytes. */
const PAGE = 27 + 255 + 255 * 255;

/** Offsets in the header of a page (RFC 3533, 6). */
const GRANULE = 6;
const CHECKSUM = 22;
const SEGMENTS = 26;

/** Bytes of an Opus header before the pre-skip (RFC 7845, 5.1), which begins with `OpusHead`, a version and the channels. */
const PRE_SKIP = 10;

/**
 * Corrects the granules of an Ogg file with one stream, which count samples: a muxer that copies packets from Matroska takes
 * time stamps in milliseconds, and does not know how much of the last packet is padding. All pages move by the same number,
 * so that the untrimmed sound begins at 0; the last one gets the wanted length. Opus counts its pre-skip (RFC 7845, 4).
 * @param decoded samples to which the file decodes now
 * @param wanted samples to which it should decode
 */
export async function setOggLength(path: string, decoded: number, wanted: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const pages = await pagesOf(file);
    const skipped = preSkip(await bytes(file, 0, 128));
    const [last, before] = pages.filter(({ granule }) => granule > 0n).reverse();
    if (!last) return;
    const shift = BigInt(decoded + skipped) - last.granule;
    const length = BigInt(wanted + skipped);
    if (before && length <= before.granule + shift) return;
    for (const page of pages) {
      if (page === last) await setGranule(file, page, length);
      else if (page.granule > 0n) await setGranule(file, page, page.granule + shift);
    }
  } finally {
    await file.close();
  }
}

/** A page of an Ogg file; the granule is 0 for a header, and -1 if no packet ends on the page. */
interface Page {
  at: number;
  length: number;
  granule: bigint;
}

async function pagesOf(file: FileHandle): Promise<Page[]> {
  const pages: Page[] = [];
  for (let at = 0; ; ) {
    const head = await bytes(file, at, 27 + 255);
    if (head.length < 27 || head.toString('latin1', 0, 4) !== 'OggS') return pages;
    const segments = head[SEGMENTS] ?? 0;
    const length = head.subarray(27, 27 + segments).reduce((sum, part) => sum + part, 27 + segments);
    pages.push({ at, length, granule: head.readBigInt64LE(GRANULE) });
    at += length;
  }
}

async function setGranule(file: FileHandle, { at, length }: Page, granule: bigint): Promise<void> {
  const page = await bytes(file, at, Math.min(length, PAGE));
  page.writeBigInt64LE(granule, GRANULE);
  page.writeUInt32LE(0, CHECKSUM);
  page.writeUInt32LE(checksum(page), CHECKSUM);
  await file.write(page, 0, page.length, at);
}

async function bytes(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}

function preSkip(head: Buffer): number {
  const at = head.indexOf('OpusHead');
  return at < 0 ? 0 : head.readUInt16LE(at + PRE_SKIP);
}

/** CRC-32 with the polynomial 0x04c11db7, not reflected, from 0 (RFC 3533, 6). */
function checksum(page: Buffer): number {
  return page.reduce((crc, byte) => ((crc << 8) ^ (TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0, 0);
}

const TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});
