import { MIMEType } from 'node:util';
import { parse } from 'content-disposition';
import type { Context } from 'hono';
import { AppError } from '../runtime/errors.ts';
import { coverTooLarge } from '../tasks/cover-image.ts';
import type { FormFile } from '../uploads/form-file.ts';
import { type BodyPart, readParts } from './multipart-parts.ts';
import { bodyOf } from './request-body.ts';
import { unsupportedMediaType } from './router.ts';

export interface FormRequest {
  contentType: string | undefined;
  /** Content-Length; undefined for a chunked body. */
  length: string | undefined;
  /** Opens the body. A client that waits for 100 Continue then starts to send it. */
  open(): AsyncIterable<Uint8Array>;
}

/** The parts of a request that `readForm` needs. */
export function formRequest(c: Context): FormRequest {
  const [contentType, length] = [c.req.header('Content-Type'), c.req.header('Content-Length')];
  return { contentType, length, open: () => bodyOf(c) };
}

/** Whether the body of a request is declared as a form. */
export function isForm(c: Context): boolean {
  return /^multipart\/form-data/i.test(c.req.header('Content-Type') ?? '');
}

const FIELD_BYTES = 64 * 1024;
const PARTS = 40;

/** Maximum bytes of a form without the content of its file: fields, headers, boundaries, preamble, epilogue. */
const SURROUNDING_BYTES = 256 * 1024;

/**
 * Reads a multipart/form-data body (RFC 7578) up to its one file, which is in the part `audio`. Fields may precede or
 * follow it. File and form are never complete in memory, and every byte of the body counts against a limit.
 * @param fileBytes maximum bytes of the file
 * @param coverBytes maximum bytes of a picture in the part `cover`, which stays in memory; 0: there may be none
 * @returns the file; its content and `end()` throw the same errors
 * Throws `unsupported_media_type`, `too_large`, `upload_incomplete` (cut off), `invalid_request`.
 */
export async function readForm(request: FormRequest, fileBytes: number, coverBytes = 0): Promise<FormFile> {
  const boundary = boundaryOf(request.contentType ?? '');
  const length = Number(request.length ?? 0);
  if (length > fileBytes + coverBytes + SURROUNDING_BYTES) throw tooLarge(fileBytes, length);
  let file = 0;
  const form: Collected = { fields: new Map(), cover: undefined, coming: 0, coverBytes };
  const parts = readParts(received(request.open()), boundary, (taken) => {
    if (taken - file - (form.cover?.length ?? 0) - form.coming > SURROUNDING_BYTES) throw tooMuchAround();
  });
  const part = await nextFile(parts, form);
  const { fields } = form;
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
      if (await nextFile(parts, form)) throw expectedFile('two files came');
      return fields;
    },
    cover: () => form.cover,
  };
}

interface FormPart extends BodyPart {
  name: string;
  filename: string;
}

/** Everything of a form but its file. */
interface Collected {
  fields: Map<string, string>;
  cover: Buffer | undefined;
  /** Bytes of a cover that is being read. */
  coming: number;
  coverBytes: number;
}

/** Collects fields and the cover up to the next file, or to the end of the form. */
async function nextFile(
  parts: AsyncGenerator<BodyPart, void>,
  form: Collected,
): Promise<FormPart | undefined> {
  const { fields } = form;
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    const part = next.value;
    if (part.number > PARTS) throw new AppError('too_large', `The form has more than ${PARTS} parts.`);
    const { name, filename } = disposition(part);
    mustBePlain(part, name);
    if (isFile(part, name, filename)) {
      if (name === 'cover' && form.coverBytes > 0) {
        await readCover(part, filename, form);
        continue;
      }
      if (name !== 'audio') throw expectedFile(`a file came in the part ${shown(name)}`);
      return { ...part, name, filename: filename ?? '' };
    }
    if (fields.has(name)) throw invalid(`The field ${shown(name)} came twice. Send it once.`);
    fields.set(name, await text(part, name));
  }
  return undefined;
}

/** Browsers send an empty file without a name where the user chose none. */
async function readCover({ content }: BodyPart, filename = '', form: Collected): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) {
    form.coming += chunk.length;
    if (form.coming > form.coverBytes) throw coverTooLarge();
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  form.coming = 0;
  if (bytes.length === 0 && filename === '') return;
  if (form.cover) throw invalid('The part "cover" came twice. Send it once.');
  form.cover = bytes;
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
  const isNamed = name === 'audio' || name === 'cover';
  return /^application\/octet-stream/i.test(type) || (isNamed && !/^text\//i.test(type));
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
async function* received(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (cause) {
    throw new AppError('upload_incomplete', 'The request broke off before the end of the form.', { cause });
  }
}

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
