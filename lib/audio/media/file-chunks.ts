/** A chunk of a WAV, Wave64 or AIFF file apart from sound and tags. */
export interface FileChunk {
  /** Four characters. */
  id: string;
  /** Null if it is too large to keep. */
  bytes: Buffer | null;
}
