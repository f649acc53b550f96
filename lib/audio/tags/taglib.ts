import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@msgpack/msgpack';
import { type FileAccess, type WasiFile, wasiFile } from './wasi-file.ts';

/** Values by name, as TagLib's C interface reads and takes them; its own documentation lists the names. */
export type TagLibMap = Readonly<Record<string, unknown>>;

/** The functions of the compiled library; each number is an address, a size or an error code. */
interface Library {
  memory: WebAssembly.Memory;
  allocate(size: number): number;
  read(path: number, buffer: number, length: number, size: number): number;
  readFrames(path: number, buffer: number, length: number, id: number, size: number): number;
  write(
    path: number,
    buffer: number,
    length: number,
    tags: number,
    size: number,
    out: number,
    outSize: number,
  ): number;
  code(): number;
}

let compiled: WebAssembly.Module | undefined;

/**
 * Reads everything that TagLib finds in a file; null if it does not know the kind of the file. Each call has the
 * memory of a new instance, so that no file changes what is read of the next.
 */
export function readTagLib(access: FileAccess): TagLibMap | null {
  const found = reading(access, NAME, (library, path, size) => library.read(path, 0, 0, size));
  return found === null ? null : mapOf(found);
}

/** Raw frames of the ID3v2 tag at the beginning of what `access` shows; the content of each is encoded as TagLib writes it. */
export function readId3Frames(access: FileAccess): Id3Frame[] {
  const found = reading(access, MP3_NAME, (library, path, size) => library.readFrames(path, 0, 0, 0, size));
  return Array.isArray(found) ? found.filter(isFrame) : [];
}

export interface Id3Frame {
  id: string;
  data: Uint8Array;
}

function isFrame(value: unknown): value is Id3Frame {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('data' in value)) return false;
  return typeof value.id === 'string' && value.data instanceof Uint8Array;
}

/** @returns what the library gives as MessagePack; null if it gives nothing */
function reading(
  access: FileAccess,
  name: Uint8Array,
  read: (library: Library, path: number, size: number) => number,
): unknown {
  return withLibrary(access, (library) => {
    const size = library.allocate(8);
    const address = read(library, put(library, name), size);
    if (address === 0) return null;
    const { buffer } = library.memory;
    const length = new DataView(buffer).getUint32(size, true);
    // The decoder gives views of its bytes, which the next call overwrites.
    return decode(new Uint8Array(buffer, address, length).slice(), DECODING);
  });
}

/** Replaces the tags of a file in place. Throws if TagLib cannot write this kind of file. */
export function writeTagLib(access: FileAccess, values: TagLibMap): void {
  withLibrary(access, (library) => {
    const encoded = encode(values, { ignoreUndefined: true });
    const tags = put(library, encoded);
    const size = library.allocate(8);
    const failed = library.write(put(library, NAME), 0, 0, tags, encoded.length, 0, size);
    if (failed !== 0) throw new Error(`TagLib cannot write the tags: error ${library.code()}`);
  });
}

/** The name of the only file; without an extension, so that TagLib looks at the content. */
const NAME = new TextEncoder().encode('/file\0');
const MP3_NAME = new TextEncoder().encode('/file.mp3\0');

const DECODING = { maxMapLength: 100_000, maxArrayLength: 100_000 };

/** Compiles the library, once a thread. */
export function loadTagLib(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(wasmPath()));
  return compiled;
}

/** An instance that is as new before each call: its memory is that of the beginning. */
interface Instance {
  library: Library;
  /** The file of the present call. */
  file: WasiFile;
  /** The parts of the memory that are not zero at the beginning, by their address. */
  initial: ReadonlyMap<number, Uint8Array>;
}

let idle: Instance | undefined;

/**
 * Runs one call in an instance whose memory holds nothing of a file before. A second instance would take 16 MB more until
 * V8 collects the first. An instance that threw, or whose memory grew, is not used again.
 */
function withLibrary<T>(access: FileAccess, call: (library: Library) => T): T {
  const file = wasiFile(access);
  const instance = idle ?? newInstance(file);
  idle = undefined;
  instance.file = file;
  const { memory } = instance.library;
  const size = memory.buffer.byteLength;
  file.attach(memory);
  try {
    const result = call(instance.library);
    if (memory.buffer.byteLength === size) {
      restore(instance);
      idle = instance;
    }
    return result;
  } finally {
    file.close();
  }
}

/** Clears only the memory that was used: the library takes it from the beginning on, and most of the 16 MB stays zero. */
function restore({ library: { memory }, initial }: Instance): void {
  const all = Buffer.from(memory.buffer);
  all.fill(0, 0, usedLength(all));
  for (const [address, bytes] of initial) all.set(bytes, address);
}

function newInstance(first: WasiFile): Instance {
  const module = loadTagLib();
  const instance: { file: WasiFile } = { file: first };
  const imports = Object.fromEntries(
    WebAssembly.Module.imports(module).map(({ name }) => [
      name,
      (...values: never[]) => importOf(instance.file, name)(...values),
    ]),
  );
  const { exports } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports });
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('TagLib has no memory');
  first.attach(memory);
  const named = (name: string) => {
    const found = exports[name];
    if (typeof found !== 'function') throw new TypeError(`TagLib has no function ${name}`);
    return (...values: number[]) => Number(found(...values));
  };
  named('_initialize')();
  const library = {
    memory,
    allocate: named('tl_malloc'),
    read: named('tl_read_tags'),
    readFrames: named('tl_read_id3v2_frames'),
    write: named('tl_write_tags'),
    code: named('tl_get_last_error_code'),
  };
  return Object.assign(instance, { library, initial: nonZero(Buffer.from(memory.buffer)) });
}

/** Bytes of a page of the snapshot. */
const PAGE = 4096;

const ZEROS = Buffer.alloc(PAGE);

function nonZero(all: Buffer): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at < all.length; at += PAGE)
    if (!isZero(all, at)) found.set(at, Uint8Array.from(all.subarray(at, at + PAGE)));
  return found;
}

/** Bytes up to the last page that is not zero. */
function usedLength(all: Buffer): number {
  let end = all.length;
  while (end > 0 && isZero(all, end - PAGE)) end -= PAGE;
  return end;
}

/** A comparison of a page is a hundred times as fast as a loop over its bytes. The memory has whole pages. */
function isZero(all: Buffer, at: number): boolean {
  return all.compare(ZEROS, 0, PAGE, at, at + PAGE) === 0;
}

function importOf({ imports }: WasiFile, name: string) {
  const found = imports[name];
  if (!found) throw new TypeError(`TagLib needs the function ${name}`);
  return found;
}

/** The package loads its module with access to all files; this service loads the same module with access to one. */
function wasmPath(): string {
  return fileURLToPath(new URL('taglib-wasi.wasm', import.meta.resolve('taglib-wasm')));
}

function put({ memory, allocate }: Library, bytes: Uint8Array): number {
  const address = allocate(bytes.length);
  if (address === 0) throw new RangeError('the tags are too large');
  new Uint8Array(memory.buffer).set(bytes, address);
  return address;
}

function mapOf(value: unknown): TagLibMap {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
