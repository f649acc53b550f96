import { MIMEType } from 'node:util';
import { parse } from 'content-disposition';
import type { Context } from 'hono';
import { AppError } from '../runtime/errors.ts';
import type { FormFile } from '../uploads/form-upload.ts';
import { type BodyPart, readParts } from './multipart-parts.ts';
import { unsupportedMediaType } from './router.ts';

export interface FormRequest {
  contentType: string | undefined;
  /** Content-Length; undefined for a chunked body. */
  length: string | undefined;
  /** Opens the body. A client that waits for 100 Continue then starts to send it. */
  open(): ReadableStream<Uint8Array> | null;
}

/** The parts of a request that `readForm` needs. */
export function formRequest({ req }: Context): FormRequest {
  const [contentType, length] = [req.header('Content-Type'), req.header('Content-Length')];
  return { contentType, length, open: () => req.raw.body };
}

const FIELD_BYTES = 64 * 1024;
const PARTS = 21;

/** Maximum bytes of a form without the content of its file: fields, headers, boundaries, preamble, epilogue. */
const SURROUNDING_BYTES = 256 * 1024;

/**
 * Reads a multipart/form-data body (RFC 7578) up to its one file, which is in the part `audio`. Fields may precede or
 * follow it. File and form are never complete in memory, and every byte of the body counts against a limit.
 * @param fileBytes maximum bytes of the file
 * @returns the file; its content and `end()` throw the same errors
 * Throws `unsupported_media_type`, `too_large`, `upload_incomplete` (cut off), `invalid_request`.
 */
export async function readForm(request: FormRequest, fileBytes: number): Promise<FormFile> {
  const boundary = boundaryOf(request.contentType ?? '');
  const length = Number(request.length ?? 0);
  if (length > fileBytes + SURROUNDING_BYTES) throw tooLarge(fileBytes, length);
  const body = request.open();
  let file = 0;
  const parts = readParts(body ? received(body) : empty(), boundary, (taken) => {
    if (taken - file > SURROUNDING_BYTES) throw tooMuchAround();
  });
  const fields = new Map<string, string>();
  const part = await nextFile(parts, fields);
  if (!part) throw expectedFile(fields.has('audio') ? 'a text without filename came in it' : 'none came');
  const content = async function* () {
    for await (const chunk of part.content) {
      file += chunk.length;
      if (file > fileBytes) throw tooLarge(fileBytes);
      yield chunk;
    }
  };
  return {
    name: part.filename,
    before: new Map(fields),
    content: content(),
    async end() {
      if (await nextFile(parts, fields)) throw expectedFile('two files came');
      return fields;
    },
  };
}

interface FormPart extends BodyPart {
  name: string;
  filename: string;
}

/** Collects fields up to the next file, or to the end of the form. */
async function nextFile(
  parts: AsyncGenerator<BodyPart, void>,
  fields: Map<string, string>,
): Promise<FormPart | undefined> {
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    const part = next.value;
    if (part.number > PARTS) throw new AppError('too_large', `The form has more than ${PARTS} parts.`);
    const { name, filename } = disposition(part);
    mustBePlain(part, name);
    if (isFile(part, name, filename)) {
      if (name !== 'audio') throw expectedFile(`a file came in the part ${shown(name)}`);
      return { ...part, name, filename: filename ?? '' };
    }
    if (fields.has(name)) throw invalid(`The field ${shown(name)} came twice. Send it once.`);
    fields.set(name, await text(part, name));
  }
  return undefined;
}

function boundaryOf(contentType: string): string {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType))
    throw unsupportedMediaType('multipart/form-data', contentType);
  const boundary = mediaType(contentType)?.params.get('boundary') ?? '';
  // RFC 2046, 5.1.1, limits the length. The characters are not checked, since clients do not keep to its rule for them.
  if (boundary.length > 0 && boundary.length <= 70) return boundary;
  const came = boundary === '' ? 'has no boundary' : `has a boundary of ${boundary.length} characters`;
  throw invalid(
    `The Content-Type of the form ${came}. Expected 1 to 70 characters: multipart/form-data; boundary=... HTTP clients set the boundary when they build the form themselves.`,
  );
}

function disposition({ headers, number }: BodyPart): { name: string; filename: string | undefined } {
  const expected = 'Each part needs Content-Disposition: form-data; name="...".';
  const header = headers.get('content-disposition');
  if (header === undefined)
    throw invalid(`Part ${number} of the form has no Content-Disposition. ${expected}`);
  const { type, parameters } = parse(withBrowserQuotes(header), { multipart: true });
  if (type !== 'form-data')
    throw invalid(`The Content-Disposition of part ${number} is ${shown(type)}, not form-data. ${expected}`);
  if (!parameters.name) throw invalid(`Part ${number} of the form has no name. ${expected}`);
  return { name: parameters.name, filename: parameters.filename };
}

/**
 * Browsers write a quote in a name as %22 (HTML, 4.10.21.8). Go's mime/multipart, aiohttp and curl before 7.81 write it as
 * \". The same two characters end a name whose last one is a backslash, and then a semicolon or nothing follows.
 */
function withBrowserQuotes(header: string): string {
  return header.replace(/\\"(?![ \t]*(?:;|$))/g, '%22');
}

/** Refuses features that RFC 7578 deprecates: nested parts (4.3) and encoded content (4.7). */
function mustBePlain({ headers }: BodyPart, name: string): void {
  if (/^multipart\//i.test(headers.get('content-type') ?? ''))
    throw invalid(
      `The part ${shown(name)} is multipart itself. Send each file and field as a part of its own.`,
    );
  const encoding = headers.get('content-transfer-encoding') ?? 'binary';
  if (/^(binary|7bit|8bit)$/i.test(encoding)) return;
  throw invalid(
    `The part ${shown(name)} has the Content-Transfer-Encoding ${shown(encoding)}. Send its bytes as they are.`,
  );
}

function isFile({ headers }: BodyPart, name: string, filename: string | undefined): boolean {
  if (filename !== undefined) return true;
  const type = headers.get('content-type') ?? 'text/plain';
  return /^application\/octet-stream/i.test(type) || (name === 'audio' && !/^text\//i.test(type));
}

async function text({ headers, content }: BodyPart, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > FIELD_BYTES)
      throw new AppError('too_large', `The field ${shown(name)} is over ${FIELD_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const charset = mediaType(headers.get('content-type') ?? '')?.params.get('charset') ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw invalid(`The field ${shown(name)} is not text in ${shown(charset)}. Send UTF-8.`, { cause });
  }
}

function mediaType(header: string): MIMEType | undefined {
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}

/** Reports an aborted request as an incomplete form. */
async function* received(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    // Without cancellation, the rest of a refused form can still be read.
    yield* body.values({ preventCancel: true });
  } catch (cause) {
    throw new AppError('upload_incomplete', 'The request broke off before the end of the form.', { cause });
  }
}

async function* empty(): AsyncGenerator<Uint8Array, void> {}

function tooLarge(fileBytes: number, formBytes?: number): AppError {
  const came =
    formBytes === undefined
      ? 'The file is larger'
      : `The form has ${formBytes} bytes, and its file may not have more`;
  return new AppError(
    'too_large',
    `${came} than ${fileBytes} bytes, the limit of a form. Open an upload session as JSON with filename, newFormat and size, and send the file to the URL of the answer.`,
  );
}

function tooMuchAround(): AppError {
  return new AppError('too_large', `The form has more than ${SURROUNDING_BYTES} bytes without its file.`);
}

function expectedFile(came: string): AppError {
  return new AppError('invalid_request', `Expected one file in the part audio, but ${came}.`, {
    details: [{ path: 'audio', message: 'expected one file' }],
  });
}

function invalid(sentence: string, options: { cause?: unknown } = {}): AppError {
  return new AppError('invalid_request', sentence, options);
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 70));
}
