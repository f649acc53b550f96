import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** Limits on one call of the library. Bytes. */
export interface FileLimits {
  /** Bytes that it may read, repeated ones included. */
  read: number;
  /** Memory that it may take. */
  memory: number;
}

/** The functions of WASI preview 1 that the library imports, over one file. */
export interface WasiFile {
  imports: WebAssembly.ModuleImports;
  /** Gives the functions the memory of the instance. */
  attach(memory: WebAssembly.Memory): void;
  /** Closes what the library left open. */
  close(): void;
}

/** Error numbers of WASI preview 1. */
const [SUCCESS, BADF, INVAL, IO, NOENT] = [0, 8, 28, 29, 44];

/** Descriptor of the folder that the library finds, and types of descriptors. */
const FOLDER = 3;
const [IS_FOLDER, IS_FILE] = [3, 4];

const RIGHT_TO_WRITE = 64n;
const [FROM_START, FROM_HERE] = [0, 1];

/** The file that the library gets, and the access to it. */
export interface FileAccess {
  path: string;
  limits: FileLimits;
  /** First byte of the file that the library sees; default 0. */
  from?: number;
  /** Edits a block before it is written, in place; the library may not write without it. */
  change?: (block: Buffer) => void;
  /** Receives each block that the library reads, with its position. */
  seen?: (block: Buffer, at: number) => void;
}

/**
 * Gives the library exactly one file, whatever path it opens; it sees no other name, no environment, no clock. Every
 * open file is closed at the end. Exceeding a limit throws through the library.
 */
export function wasiFile({ path, limits, from = 0, change, seen }: FileAccess): WasiFile {
  const open = new Map<number, { fd: number; at: number }>();
  let memory: WebAssembly.Memory | undefined;
  let [next, read] = [FOLDER + 1, 0];
  let view = Buffer.alloc(0);
  // The memory has another buffer after it has grown.
  const bytes = () => {
    if (memory && view.buffer !== memory.buffer) view = Buffer.from(memory.buffer);
    return view;
  };
  const int = (at: number) => bytes().readUInt32LE(at);
  const answer = (at: number, value: number) => {
    bytes().writeUInt32LE(value, at);
    return SUCCESS;
  };
  const blocks = (at: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const [from, length] = [int(at + index * 8), int(at + index * 8 + 4)];
      return bytes().subarray(from, from + length);
    });
  const mustBeWithin = (more: number) => {
    read += more;
    if (read > limits.read || bytes().length > limits.memory) throw new RangeError('the tags are too large');
  };
  const file = (fd: number) => open.get(fd);

  return {
    attach: (own) => {
      memory = own;
    },
    close() {
      for (const { fd } of open.values()) closeSync(fd);
      open.clear();
    },
    imports: {
      environ_get: () => SUCCESS,
      environ_sizes_get: (count: number, size: number) => answer(count, 0) || answer(size, 0),
      random_get: (at: number, length: number) => {
        crypto.getRandomValues(bytes().subarray(at, at + length));
        return SUCCESS;
      },
      proc_exit: () => {
        throw new Error('the library has ended itself');
      },
      fd_prestat_get: (fd: number, at: number) => (fd === FOLDER ? answer(at, 0) || answer(at + 4, 1) : BADF),
      fd_prestat_dir_name: (_fd: number, at: number) => {
        bytes().write('/', at);
        return SUCCESS;
      },
      fd_fdstat_get: (fd: number, at: number) => {
        bytes()
          .fill(0xff, at, at + 24)
          .fill(0, at, at + 8);
        bytes().writeUInt8(fd === FOLDER ? IS_FOLDER : IS_FILE, at);
        return SUCCESS;
      },
      fd_fdstat_set_flags: () => SUCCESS,
      path_open: (
        _folder: number,
        _flags: number,
        _path: number,
        _length: number,
        _open: number,
        rights: bigint,
        _inherited: bigint,
        _fdFlags: number,
        at: number,
      ) => {
        const writes = (rights & RIGHT_TO_WRITE) !== 0n;
        if (writes && !change) return NOENT;
        open.set(next, { fd: openSync(path, writes ? 'r+' : 'r'), at: from });
        return answer(at, next++);
      },
      fd_close: (fd: number) => {
        const found = file(fd);
        if (!found) return BADF;
        closeSync(found.fd);
        open.delete(fd);
        return SUCCESS;
      },
      fd_filestat_set_size: (fd: number, size: bigint) => {
        const found = file(fd);
        if (!found) return BADF;
        ftruncateSync(found.fd, Number(size));
        return SUCCESS;
      },
      fd_seek: (fd: number, offset: bigint, whence: number, at: number) => {
        const found = file(fd);
        if (!found) return BADF;
        const base =
          whence === FROM_START ? from : whence === FROM_HERE ? found.at : fstatSync(found.fd).size;
        const to = base + Number(offset);
        if (to < from) return INVAL;
        found.at = to;
        bytes().writeBigInt64LE(BigInt(to - from), at);
        return SUCCESS;
      },
      fd_read: (fd: number, at: number, count: number, done: number) => {
        const found = file(fd);
        if (!found) return BADF;
        let total = 0;
        for (const block of blocks(at, count)) {
          mustBeWithin(block.length);
          const came = readSync(found.fd, block, 0, block.length, found.at);
          seen?.(block.subarray(0, came), found.at);
          found.at += came;
          total += came;
        }
        return answer(done, total);
      },
      fd_write: (fd: number, at: number, count: number, done: number) => {
        const all = blocks(at, count);
        const found = file(fd);
        if (!found) return fd < FOLDER ? answer(done, sum(all)) : BADF;
        for (const block of all) {
          change?.(block);
          for (let from = 0; from < block.length; ) {
            const went = writeSync(found.fd, block, from, block.length - from, found.at);
            if (went === 0) return IO;
            from += went;
            found.at += went;
          }
        }
        return answer(done, sum(all));
      },
    },
  };
}

function sum(blocks: readonly Buffer[]): number {
  return blocks.reduce((total, { length }) => total + length, 0);
}
