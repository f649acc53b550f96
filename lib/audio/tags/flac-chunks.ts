import type { FileChunk } from '../media/file-chunks.ts';
import type { FileTags } from '../media/file-tags.ts';
import type { Chunk } from './chunk-writer.ts';

/** Chunks of WAV that a FLAC file keeps in its blocks for applications, as TagLib reads them. */
export function flacChunks({ others }: Pick<FileTags, 'others'>): FileChunk[] {
  const { bextData, ixml } = others;
  return [
    ...(bextData instanceof Uint8Array && bextData.length > 0
      ? [{ id: 'bext', bytes: Buffer.from(bextData) }]
      : []),
    ...(typeof ixml === 'string' && ixml !== '' ? [{ id: 'iXML', bytes: Buffer.from(ixml) }] : []),
  ];
}

/** The same chunks as TagLib takes them. */
export function flacValues(chunks: readonly Chunk[]): FileTags['others'] {
  const values = chunks.flatMap(({ id, bytes }): [string, unknown][] => {
    if (id === 'bext') return [['bextData', new Uint8Array(bytes)]];
    return id === 'iXML' ? [['ixml', bytes.toString()]] : [];
  });
  return Object.fromEntries(values);
}
