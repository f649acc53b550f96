import type { Readable } from 'node:stream';
import type { Hashes } from './tasks.ts';

/** Where files are kept: a folder (also over NFS), or a bucket. Keys are `{taskId}/...`, with `/` between parts. */
export interface Storage {
  /** Whether objects are files of this machine: `fetch` links and `put` renames them. If not, streaming saves a copy. */
  readonly local: boolean;
  /**
   * Stores a file under `key`, whole or not at all; an object that stands there is replaced.
   * A `source` of type string names a local file, which the storage may move instead of copying. A stream is read to
   * its end, or destroyed where the write fails.
   * @returns its size in bytes
   */
  put(key: string, source: Readable | string): Promise<number>;
  /** Makes the object readable as the local file `path`: a link where that is possible, else a copy. */
  fetch(key: string, path: string): Promise<void>;
  /** Streams the object, or the bytes `start` to `end` of it, both inclusive. Throws `not_found`. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Rejects while it is out of reach. */
  check(): Promise<void>;
  /** What is known of an object, or undefined where there is none. */
  stat(key: string): Promise<StoredObject | undefined>;
  /** Removes an object; one that is not there is fine. */
  remove(key: string): Promise<void>;
  /** Every object under the root, in no order; also the remains of broken writes. */
  list(): AsyncIterable<ListedObject>;
  /** A URL under which the storage itself gives an object to whoever has it, for a while; undefined where it can't. */
  signedUrl(key: string, as: PresentedFile): Promise<string | undefined>;
}

/** How a linked object is presented. */
export interface PresentedFile {
  /** For the person who saves it. */
  name: string;
  mimeType: string;
}

export interface ByteRange {
  start: number;
  end: number;
}

export interface StoredObject {
  key: string;
  size: number;
  modified: Date;
  /** Those that the storage has computed itself, where it does. */
  checksums?: Hashes;
}

export interface ListedObject extends StoredObject {
  /** Whether it was there before the storage became this program's: without a task it may still be somebody's. */
  inherited: boolean;
}

/** Makes an object of the originals one of the results. */
export interface Adoption {
  /**
   * The object also stands where it stood; a link where that is possible, else a copy.
   * @returns its size in bytes
   */
  adopt(from: string, to: string): Promise<number>;
}
