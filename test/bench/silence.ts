import { open } from 'node:fs/promises';

/** Writes a WAV file with a hole where its samples would be: it takes no room on the disk. */
export async function writeSilence(path: string, bytes: number): Promise<void> {
  const header = Buffer.from(`RIFF....WAVEfmt ${'.'.repeat(20)}data....`, 'latin1');
  header.writeUInt32LE(bytes - 8, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(44_100, 24);
  header.writeUInt32LE(44_100 * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.writeUInt32LE(bytes - header.length, 40);
  const file = await open(path, 'wx');
  await file.write(header);
  await file.truncate(bytes);
  await file.close();
}
