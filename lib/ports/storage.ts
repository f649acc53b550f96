import type { Readable } from 'node:stream';
import type { Hashes } from './tasks.ts';

/** Stores files in a folder (also over NFS) or a bucket. Keys are `{taskId}/...`, with `/` between parts. */
export interface Storage {
  /** Whether objects are files of this machine: `fetch` links and `put` renames them. If not, streaming avoids a copy. */
  readonly local: boolean;
  /**
   * Stores a whole file under `key` or nothing; replaces an existing object.
   * @param source a local path, whose file the storage may move instead of copying; or a stream, which is read to its end,
   * or destroyed if the write fails
   * @returns its size in bytes
   */
  put(key: string, source: Readable | string): Promise<number>;
  /** Makes the object readable as the local file `path`: a link if possible, else a copy. */
  fetch(key: string, path: string): Promise<void>;
  /** Streams the object, or the bytes `start` to `end` of it, both inclusive. Throws `not_found`. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Bytes that can still be stored; undefined for a storage without an end. */
  freeBytes(): Promise<number | undefined>;
  /** Rejects while the storage is unreachable. */
  check(): Promise<void>;
  /** Describes an object; undefined if it does not exist. */
  stat(key: string): Promise<StoredObject | undefined>;
  /** Removes an object; succeeds if it does not exist. */
  remove(key: string): Promise<void>;
  /**
   * Lists the objects under the root, including remains of failed writes, in an order of the storage's own that does not
   * change; only those after the key `after`, which may be gone, if it is given. Holds a page of them in memory.
   */
  list(after?: string): AsyncIterable<ListedObject>;
  /** A temporary URL from which any client can download the object; undefined if the storage has none. */
  signedUrl(key: string, as: PresentedFile): Promise<string | undefined>;
}

/** Name and type of a file for its download. */
export interface PresentedFile {
  /** File name for the download. */
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
  /** Checksums that the storage computed itself, if it does. */
  checksums?: Hashes;
}

export interface ListedObject extends StoredObject {
  /** Whether it is older than this service's use of the storage: it may belong to another program, even without a task. */
  inherited: boolean;
}

/** Links objects of the originals into the results. */
export interface Adoption {
  /**
   * Keeps the object in place and adds it to the results: a link if possible, else a copy.
   * @returns its size in bytes
   */
  adopt(from: string, to: string): Promise<number>;
}
