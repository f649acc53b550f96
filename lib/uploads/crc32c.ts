import { createCRC32, type IHasher } from 'hash-wasm';

/** Castagnoli's polynomial, reversed (RFC 3720, 12.1). */
const CASTAGNOLI = 0x82f63b78;

/** A WebAssembly instance that computes CRC32C. */
export function createCrc32c(): Promise<IHasher> {
  return createCRC32(CASTAGNOLI);
}
