import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack as createPack } from 'tar-stream';
import { COVERED, checksumLine, newHash } from './format.ts';

/** Writes the entries of a backup one after another; see `MANIFEST` for their order. */
export interface ArchiveWriter {
  /** Streams an entry. Throws if the content has another size. */
  add(name: string, size: number, content: Readable): Promise<void>;
  addText(name: string, content: Buffer | string): Promise<void>;
  /** Writes the checksums that are open and the last entry, and waits until all bytes are written. */
  end(): Promise<void>;
  /** Gives up: destroys the target. */
  destroy(): void;
}

/** @param target gets the bytes, and slows the writer down */
export function createArchiveWriter(target: Writable): ArchiveWriter {
  const pack = createPack();
  const written = pipeline(pack, target);
  // An early failure is told by the entry that waits, or by `end`.
  written.catch(() => undefined);
  let [lines, lists, entries] = [[] as string[], 0, 0];

  const write = async (name: string, size: number, content: Readable): Promise<string> => {
    const hash = newHash();
    const header = { name, size, mode: 0o600, type: 'file', mtime: new Date(0) } as const;
    const hashed = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await Promise.race([pipeline(content, hashed, pack.entry(header)), failed]);
    entries += 1;
    return hash.digest('hex');
  };
  const failed = written.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  const writeText = (name: string, content: Buffer | string) => {
    const bytes = Buffer.from(content);
    return write(name, bytes.length, Readable.from([bytes]));
  };
  const listChecksums = async () => {
    if (lines.length === 0) return;
    lists += 1;
    await writeText(`checksums/${String(lists).padStart(8, '0')}`, lines.join(''));
    lines = [];
  };
  const noted = async (name: string, hash: string) => {
    lines.push(checksumLine(name, hash));
    if (lines.length >= COVERED) await listChecksums();
  };
  return {
    add: async (name, size, content) => noted(name, await write(name, size, content)),
    addText: async (name, content) => noted(name, await writeText(name, content)),
    async end() {
      await listChecksums();
      await writeText('end.json', JSON.stringify({ entries }));
      pack.finalize();
      await written;
    },
    destroy: () => pack.destroy(),
  };
}
