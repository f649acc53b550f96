import type { Chunk } from '../tags/chunk-writer.ts';
import { hasTags, type PlannedTags } from './result-tags.ts';

/** Bytes of a frame or a block around a tag. */
const FRAME = 32;

/** Estimated bytes of tags, pictures and chunks in a result. */
export function tagBytes(planned: PlannedTags, chunks: readonly Pick<Chunk, 'bytes'>[]): number {
  const ofChunks = chunks.reduce((sum, { bytes }) => sum + bytes.length + 8, 0);
  if (!hasTags(planned)) return ofChunks;
  const names = [...Object.entries(planned.tags), ...Object.entries(planned.chapters)];
  const texts = names.map(([name, values]) => FRAME + Buffer.byteLength([name, ...values].join()));
  return texts.reduce((sum, bytes) => sum + bytes, ofChunks + pictureBytes(planned));
}

/** Bytes of the pictures of a result, without one that was sent. */
export function pictureBytes({ pictures }: PlannedTags): number {
  return pictures.reduce((sum, { bytes }) => sum + FRAME + bytes, 0);
}
