import type { Tags } from '../media/tag-names.ts';
import { withoutTotals } from './file-tags.ts';
import type { TagLibMap } from './taglib.ts';

/** Tags for the library, with what completes the track number. */
export interface NumberPatch {
  values: Tags;
  patch: {
    /** Raw ID3 frames. */
    frames: TagLibMap;
    /** Edits a block that the library writes, in place. */
    change: (block: Buffer) => void;
  };
}

/**
 * The library's C interface sets the track number a second time, as an integer, and so cuts `3/12` to `3` (taglib-wasm 1.5.1).
 * Each container has another place for the total: a tag of its own, a raw frame, or the bytes that the library writes.
 * @param container TagLib's name
 */
export function numberPatch(container: string, tags: Tags): NumberPatch {
  if (SEPARATE.has(container)) return { values: withoutTotals(tags), patch: NONE };
  const { trackNumber, ...others } = tags;
  const [text] = trackNumber ?? [];
  if (text === undefined || /^[1-9]\d*$/.test(text)) return { values: tags, patch: NONE };
  if (container === 'WavPack') return { values: { ...others, TRACK: [text] }, patch: NONE };
  const number = [String(Number.parseInt(text, 10) || 0)];
  if (container === 'MP3') {
    const TRCK = [Buffer.concat([UTF8, Buffer.from(text)])];
    return {
      values: { ...others, trackNumber: number },
      patch: { ...NONE, frames: { id3v2Frames: { TRCK } } },
    };
  }
  if (container === 'MP4') return { values: tags, patch: { ...NONE, change: totalOfMp4(text) } };
  if (text.length > PLACEHOLDER.length) return { values: { ...others, trackNumber: number }, patch: NONE };
  const placeholder = PLACEHOLDER.slice(0, text.length);
  const change = replaced(placeholder, text);
  return { values: { ...others, trackNumber: [placeholder] }, patch: { ...NONE, change } };
}

/** Containers with a tag of its own for the total. */
const SEPARATE: ReadonlySet<string> = new Set(['FLAC', 'OGG', 'Matroska']);

const NONE: NumberPatch['patch'] = { frames: {}, change: () => undefined };

/** Encoding of an ID3v2.4 text frame. */
const UTF8 = Buffer.from([3]);

/** An integer with as many digits as the text that replaces it. */
const PLACEHOLDER = '876543219';

/** Bytes from the name of a field to its text, by the name: ID3v2 (a header and the encoding), RIFF INFO, ASF. */
const FIELDS: readonly { name: Buffer; gap: number; encoding: 'latin1' | 'utf16le' }[] = [
  { name: Buffer.from('TRCK'), gap: 7, encoding: 'latin1' },
  { name: Buffer.from('IPRT'), gap: 4, encoding: 'latin1' },
  { name: Buffer.from('ITRK'), gap: 4, encoding: 'latin1' },
  { name: Buffer.from('WM/TrackNumber\0', 'utf16le'), gap: 4, encoding: 'utf16le' },
];

function replaced(placeholder: string, text: string): (block: Buffer) => void {
  return (block) => {
    for (const { name, gap, encoding } of FIELDS) {
      const at = block.indexOf(name);
      const [before, after] = [Buffer.from(placeholder, encoding), Buffer.from(text, encoding)];
      const from = at + name.length + gap;
      if (at < 0 || before.length !== after.length) continue;
      if (block.subarray(from, from + before.length).equals(before)) after.copy(block, from);
    }
  };
}

/** The box `trkn` has a box `data` with a type, a locale, and 16-bit numbers: 0, the track, the total, 0 (iTunes). */
function totalOfMp4(text: string): (block: Buffer) => void {
  const total = Number.parseInt(text.split('/')[1] ?? '', 10);
  return (block) => {
    const at = block.indexOf('trkn');
    if (at < 0 || !(total > 0 && total < 2 ** 16) || block.toString('latin1', at + 8, at + 12) !== 'data')
      return;
    block.writeUInt16BE(total, at + 24);
  };
}
