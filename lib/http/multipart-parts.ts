import { AppError, type ErrorCode } from '../runtime/errors.ts';

/** One part of a multipart body. */
export interface BodyPart {
  /** Position in the body; the first part is 1. */
  number: number;
  /** Values by lower-case name; the first value of a repeated name. */
  headers: ReadonlyMap<string, string>;
  /** Content of the part; the caller reads it to its end before it requests the next part. */
  content: AsyncGenerator<Buffer, void>;
}

/** Maximum bytes of the headers of one part. */
const HEADER_BYTES = 8 * 1024;

/** Bytes of a body without its boundary that are inspected for the error message. */
const SAMPLE_BYTES = 200;

const LINE_FEEDS = 'The lines of the form end with LF. End boundaries and headers with CRLF (RFC 2046, 5.1).';

const EMPTY_LINE = Buffer.from('\r\n\r\n');

/**
 * Splits a multipart body (RFC 2046, 5.1) as a stream; holds one chunk and the headers of one part in memory. Preamble
 * and epilogue are read and dropped. The available libraries do not fit: they skip a part without a name, cut long
 * headers and report every other fault as an unexpected end, so that the answer cannot name the cause.
 * @param check is called with the bytes taken so far before more of the body is read; it throws to end the reading
 * Throws `upload_incomplete` if the body ends early, `too_large` for long part headers, `invalid_request` for
 * malformed parts; each message names the part and the place. Errors of `source` pass through.
 */
export async function* readParts(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  check: (taken: number) => void,
): AsyncGenerator<BodyPart, void> {
  // The first boundary may start the body, without the line break before the other boundaries.
  const reader = new BodyReader(source, '\r\n', check);
  // Node.js reads each byte of the Content-Type as one character.
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  await skipPreamble(reader, boundary, delimiter);
  for (let number = 1; await hasPart(reader, boundary, number); number++) {
    const headers = await readHeaders(reader, boundary, number);
    let whole = false;
    const content = async function* () {
      yield* reader.upTo(delimiter, () => endedInside(`the content of part ${number}`, boundary));
      whole = true;
    };
    yield { number, headers, content: content() };
    if (!whole) throw new TypeError('the next part was requested before this one was read to its end');
  }
  await reader.skipRest();
}

async function skipPreamble(reader: BodyReader, boundary: string, delimiter: Buffer): Promise<void> {
  let sample = '';
  const endedEarly = (rest: Buffer) => noBoundary((sample + rest.toString('latin1')).trimStart(), boundary);
  for await (const chunk of reader.upTo(delimiter, endedEarly)) {
    if (sample.length < SAMPLE_BYTES) sample += chunk.toString('latin1', 0, SAMPLE_BYTES);
  }
}

/** A boundary is followed by a line break and a part, or by two hyphens and the epilogue. */
async function hasPart(reader: BodyReader, boundary: string, number: number): Promise<boolean> {
  for (;;) {
    const next = (await reader.peek(2)).toString('latin1');
    if (next === '--') return false;
    if (next === '\r\n') return true;
    if (next.length < 2) throw endedInside(`the boundary before part ${number}`, boundary);
    if (next.startsWith('\n')) throw fault(LINE_FEEDS);
    if (!/^[ \t]/.test(next)) throw badBoundaryLine(number, boundary);
    reader.skip(1);
  }
}

/** The block includes the line break of the boundary, so that a part without headers has an empty block. */
async function readHeaders(
  reader: BodyReader,
  boundary: string,
  number: number,
): Promise<Map<string, string>> {
  const place = `the headers of part ${number}`;
  const block = await reader.block(EMPTY_LINE, HEADER_BYTES, () => endedInside(place, boundary));
  if (!block)
    throw new AppError('too_large', `The headers of part ${number} are over ${HEADER_BYTES} bytes.`);
  const headers = new Map<string, string>();
  const unfolded = decode(block, number).replace(/\r\n[ \t]+/g, ' ');
  for (const line of unfolded.split('\r\n').filter((line) => line !== '')) {
    if (line.startsWith(`--${boundary}`)) throw unendedHeaders(number);
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+):([^\r\n\0]*)$/.exec(line) ?? [];
    if (!name) throw badHeader(number, line);
    if (!headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value.trim());
  }
  return headers;
}

function decode(block: Buffer, number: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(block);
  } catch (cause) {
    const sentence = `The headers of part ${number} are not valid UTF-8. Send names in UTF-8 (RFC 7578, 5.1).`;
    throw new AppError('invalid_request', sentence, { cause });
  }
}

/** Makes the error of a body that ends too early. @param rest the bytes after those that were taken */
type EndedEarly = (rest: Buffer) => AppError;

/** Takes bytes up to a delimiter from a body that comes in chunks of any size; holds one chunk at most. */
class BodyReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #check: (taken: number) => void;
  #held: Buffer;
  #taken: number;

  /**
   * @param before bytes before those of the source, which are not counted
   * @param check is called with the bytes taken so far before more of the source is read; it throws to end the reading
   */
  constructor(source: AsyncIterable<Uint8Array>, before: string, check: (taken: number) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#held = Buffer.from(before);
    this.#taken = -before.length;
    this.#check = check;
  }

  /** Yields the content before `delimiter`, and takes the delimiter as well. */
  async *upTo(delimiter: Buffer, endedEarly: EndedEarly): AsyncGenerator<Buffer, void> {
    for (;;) {
      const at = this.#held.indexOf(delimiter);
      const length = at >= 0 ? at : this.#held.length - beginningAtEnd(this.#held, delimiter);
      if (length > 0) yield this.#take(length);
      if (at >= 0) {
        this.#take(delimiter.length);
        return;
      }
      if (!(await this.#more())) throw endedEarly(this.#held);
    }
  }

  /**
   * Takes all bytes before `delimiter` in one piece, and the delimiter as well; undefined if they are over `most`
   * bytes.
   */
  async block(delimiter: Buffer, most: number, endedEarly: EndedEarly): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#held.indexOf(delimiter);
      if (at > most || (at < 0 && this.#held.length > most + delimiter.length)) return undefined;
      if (at >= 0) return this.#take(at + delimiter.length).subarray(0, at);
      if (!(await this.#more())) throw endedEarly(this.#held);
    }
  }

  /** Returns the next bytes without taking them; fewer at the end of the body. */
  async peek(bytes: number): Promise<Buffer> {
    while (this.#held.length < bytes && (await this.#more()));
    return this.#held.subarray(0, bytes);
  }

  /** Takes bytes that `peek` has returned. */
  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** Takes everything to the end of the body. */
  async skipRest(): Promise<void> {
    do this.#take(this.#held.length);
    while (await this.#more());
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    this.#taken += bytes;
    return taken;
  }

  async #more(): Promise<boolean> {
    this.#check(this.#taken);
    const { done, value } = await this.#source.next();
    if (done) return false;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    return true;
  }
}

/** Number of bytes at the end of `held` that may start a delimiter. */
function beginningAtEnd(held: Buffer, delimiter: Buffer): number {
  let length = Math.min(held.length, delimiter.length - 1);
  while (length > 0 && !held.subarray(-length).equals(delimiter.subarray(0, length))) length--;
  return length;
}

function noBoundary(sample: string, boundary: string): AppError {
  const named = `the boundary ${shown(boundary)} that the Content-Type names`;
  if (sample === '') return fault('The body is empty. Expected a form.', 'upload_incomplete');
  const other = /^--([^\r\n]{1,70})\r?\n/.exec(sample)?.[1];
  if (other)
    return fault(`The body begins with the boundary ${shown(other)}, but not ${named}. Use one of them.`);
  return fault(`The body does not contain ${named}. Send it as --${boundary} on a line before each part.`);
}

function endedInside(place: string, boundary: string): AppError {
  const sentence = `The body ends inside ${place}, without the final boundary --${boundary}--. Send the form again, to its end.`;
  return fault(sentence, 'upload_incomplete');
}

function badBoundaryLine(number: number, boundary: string): AppError {
  return fault(
    `The boundary --${boundary} before part ${number} must be followed by CRLF, or by -- after the last part. Other bytes came.`,
  );
}

function unendedHeaders(number: number): AppError {
  return fault(`The headers of part ${number} must end with an empty line, but a boundary came.`);
}

function badHeader(number: number, line: string): AppError {
  return fault(`A header of part ${number} must be written as NAME: VALUE, and was ${shown(line)}.`);
}

function fault(sentence: string, code: ErrorCode = 'invalid_request'): AppError {
  return new AppError(code, sentence);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 70));
}
