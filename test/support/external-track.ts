import { readFile, writeFile } from 'node:fs/promises';

/** The boxes of a QuickTime file, from the outermost to the one that says where the samples are. */
const BOXES = ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref'];

/**
 * Has a QuickTime file, whose index stands at the end, take the samples from the file of another name beside it, by an alias
 * as Mac OS wrote them (a relative path of one level).
 */
export async function pointElsewhere(path: string, name: string): Promise<void> {
  const file = await readFile(path);
  const entry = alias(name);
  let at = 0;
  for (const box of BOXES) {
    at = file.indexOf(box, at, 'latin1');
    if (at < 0) throw new TypeError(`the file has no box ${box}`);
  }
  // After its name come a version and the number of entries, which is one.
  const first = at + 12;
  const grown = entry.length - file.readUInt32BE(first);
  const result = Buffer.concat([
    file.subarray(0, first),
    entry,
    file.subarray(first + file.readUInt32BE(first)),
  ]);
  at = 0;
  for (const box of BOXES) {
    at = file.indexOf(box, at, 'latin1');
    result.writeUInt32BE(file.readUInt32BE(at - 4) + grown, at - 4);
  }
  await writeFile(path, result);
}

function alias(name: string): Buffer {
  const path = Buffer.from(`volume:folder:${name}`.padEnd(200, '\0'), 'latin1');
  const head = Buffer.alloc(12 + 10 + 28 + 12 + 64 + 16 + 4 + 16);
  head.write('alis', 4, 'latin1');
  const levels = head.length - 20;
  head.writeUInt16BE(1, levels);
  head.writeUInt16BE(1, levels + 2);
  const item = Buffer.alloc(4);
  item.writeUInt16BE(2, 0);
  item.writeUInt16BE(path.length, 2);
  const end = Buffer.from([0xff, 0xff, 0, 0]);
  const entry = Buffer.concat([head, item, path, end]);
  entry.writeUInt32BE(entry.length, 0);
  return entry;
}
