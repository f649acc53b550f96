import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract as createExtract } from 'tar-stream';
import { AppError } from '../runtime/errors.ts';
import { COVERED, checksumLine, END, invalidBackup, newHash, TEXT_BYTES } from './format.ts';

/** One entry, whose content must be read before the next comes. */
export interface ArchiveEntry {
  name: string;
  /** Bytes. */
  size: number;
  content: Readable;
}

/** Names that a backup has; each part of a key becomes a part of a path. */
const NAME =
  /^(?:manifest\.json|database\/index\.json|database\/\w{1,63}\/\d{8}|(?:originals|results)\/[^\0]+)$/;

/**
 * Reads the entries of a backup, and checks each against its checksum after it was read. Throws `invalid_backup` for a file
 * that is damaged or cut, and for entries that are no plain files or have other names than those of a backup.
 */
export async function* readArchive(path: string): AsyncGenerator<ArchiveEntry> {
  const extract = createExtract();
  const source = createReadStream(path, { highWaterMark: 256 * 1024 });
  const read = pipeline(source, extract);
  read.catch(() => undefined);
  const seen = createSeen();
  try {
    for await (const entry of extract) {
      const { name, type, size } = entry.header;
      if (type !== 'file' || size === undefined) throw invalidBackup(`${shown(name)} is no plain file`);
      if (seen.isEnded()) throw invalidBackup('there is something after its end');
      const content = Readable.from(entry, { objectMode: false });
      if (name === 'end.json') seen.end(await readText(content, size));
      else if (name.startsWith('checksums/')) seen.compare(await readText(content, size));
      else {
        if (!NAME.test(name)) throw invalidBackup(`${shown(name)} is no name of an entry`);
        const hash = newHash();
        yield { name, size, content: Readable.from(hashed(content, hash), { objectMode: false }) };
        if (!content.readableEnded) for await (const chunk of content) hash.update(chunk);
        seen.add(name, hash.digest('hex'));
      }
    }
    await read;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw damaged(error);
  } finally {
    source.destroy();
    extract.destroy();
  }
  if (!seen.isEnded()) throw invalidBackup('it is cut off');
}

async function* hashed(content: Readable, hash: ReturnType<typeof newHash>) {
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw damaged(error);
  }
}

const damaged = (cause: unknown) => invalidBackup('it is damaged or cut off', cause);

/** Reads a small entry into memory. */
export async function readText(content: Readable, size: number): Promise<string> {
  if (size > TEXT_BYTES) throw invalidBackup('a list in it is too long');
  return Buffer.concat(await Array.fromAsync(content)).toString();
}

/** A name for a message: it may have any characters. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

/** What was read since the last list of checksums. */
function createSeen() {
  let [lines, entries, ended] = [[] as string[], 0, false];
  return {
    isEnded: () => ended,
    add(name: string, hash: string) {
      lines.push(checksumLine(name, hash));
      entries += 1;
      if (lines.length > COVERED) throw invalidBackup('checksums are missing');
    },
    compare(list: string) {
      if (list !== lines.join('')) throw invalidBackup('it is damaged: a checksum does not fit');
      lines = [];
      entries += 1;
    },
    end(text: string) {
      const told = END.safeParse(jsonOf(text));
      if (!told.success || told.data.entries !== entries || lines.length > 0)
        throw invalidBackup('entries of it are missing');
      ended = true;
    },
  };
}

/** Parses JSON of a backup; undefined if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
