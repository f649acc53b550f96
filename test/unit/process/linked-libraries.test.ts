import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSelfContained } from '../../../lib/process/linked-libraries.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('Whether a program is self-contained', () => {
  const folder = temporaryFolder();
  const answer = async (content: string | Buffer): Promise<boolean | null> => {
    const path = join(folder(), 'program');
    await writeFile(path, content);
    return isSelfContained(path);
  };

  it('is true without a dynamic section, and with the C library alone', async () => {
    assert.equal(await answer(elf(undefined)), true);
    assert.equal(await answer(elf([])), true);
    assert.equal(await answer(elf(['libm.so.6', 'libmvec.so.1', 'ld-linux-x86-64.so.2', 'libc.so.6'])), true);
    assert.equal(await answer(elf(['libc.musl-x86_64.so.1', 'libstdc++.so.6', 'libgcc_s.so.1'])), true);
  });

  it('is false with any other library', async () => {
    assert.equal(await answer(elf(['libavcodec.so.59', 'libm.so.6', 'libc.so.6'])), false);
    assert.equal(await answer(elf(['libcurl.so.4'])), false);
  });

  it('is unknown for scripts, other kinds of programs and broken files', async () => {
    const whole = elf(['libc.so.6']);
    const words = Buffer.from(whole);
    words[4] = 1;
    for (const content of ['', '#!/bin/sh\necho\n', words, whole.subarray(0, 40)])
      assert.equal(await answer(content), null);
    for (let length = 64; length < whole.length; length += 8)
      assert.notEqual(await answer(whole.subarray(0, length)), false);
  });
});

/** A 64-bit ELF file with one loaded segment and, if there are names, a dynamic section. */
function elf(names: readonly string[] | undefined): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x7f454c46);
  header.set([2, 1, 1], 4);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(names ? 2 : 1, 56);
  const [base, start] = [0x400000, 64 + 56 * 2];
  const texts = Buffer.from(`\0${(names ?? []).map((name) => `${name}\0`).join('')}`, 'latin1');
  const at = (name: string) => texts.indexOf(`\0${name}\0`) + 1;
  const entries: [number, number][] = (names ?? []).map((name) => [1, at(name)]);
  entries.push([5, base + start], [10, texts.length], [0, 0]);
  const section = Buffer.concat(entries.map(([tag, value]) => numbers(tag, value)));
  const load = program(1, 0, base, start + texts.length);
  const dynamic = program(2, start + texts.length, base + start + texts.length, section.length);
  return Buffer.concat([header, load, names ? dynamic : Buffer.alloc(56), texts, section]);
}

function program(type: number, offset: number, address: number, size: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type);
  return Buffer.concat([head, numbers(offset, address, address, size, size, 8)]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
  return bytes;
}
