import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import busboy from 'busboy';
import { AppError } from './errors.ts';
import type { ReceivedFile } from './form-uploads.ts';
import { unsupportedMediaType } from './http.ts';

/** The one file of a form, while the form is read. */
export interface FormFile {
  /** Its name as its part gave it; empty where it gave none. */
  partName: string;
  /** Fields by name: those that came before the file, and those after it as they come. */
  fields: ReadonlyMap<string, string>;
  /** Breaks where the form does, and where the file is too large. */
  content: Readable;
  /** When the form was read to its end, and nothing was wrong with it. */
  whole: Promise<void>;
}

export interface FormRequest {
  contentType: string | undefined;
  body: ReadableStream<Uint8Array> | null;
}

const FIELD_BYTES = 64 * 1024;
const FIELDS = 20;

/**
 * Receives multipart/form-data with one file in the part `audio`: fields may come before it or after, and neither file
 * nor form ever sits whole in memory.
 * @param keep is called when the file begins, must read it to its end, and undoes what it did where `whole` rejects
 * @returns what `keep` does
 * Throws `unsupported_media_type`, `too_large` (file over `fileBytes`), `upload_incomplete` (cut off), `invalid_request`.
 */
export async function receiveForm<T>(
  { contentType = '', body }: FormRequest,
  fileBytes: number,
  keep: (file: FormFile) => Promise<T>,
): Promise<T> {
  if (!/^multipart\/form-data\s*;/i.test(contentType) || !body)
    throw unsupportedMediaType('multipart/form-data', contentType);
  const parser = open(contentType, fileBytes);
  const { refuse, signal, whole } = newVerdict();
  const fields = collectFields(parser, refuse);
  let kept: Promise<T> | undefined;
  parser.on('file', (name, content, { filename: partName = '' }) => {
    content.on('error', (cause) => refuse(broken(cause)));
    if (name !== 'audio' || kept) {
      content.resume();
      refuse(expectedFile(kept ? 'two files came' : `a file in the part ${shown(name)} came`));
      return;
    }
    content.once('limit', () => refuse(tooLarge(fileBytes)));
    // The parser goes on for the rest of a chunk after it was destroyed: such a file would never end by itself.
    addAbortSignal(signal, content);
    kept = keep({ partName, fields, content, whole: whole.promise });
    kept.catch(refuse);
  });
  await pipeline(Readable.fromWeb(body), parser, { signal }).catch((cause) => refuse(broken(cause)));
  if (!kept) refuse(expectedFile('none came'));
  whole.resolve();
  try {
    if (kept) return await kept;
  } catch {
    // What ended it has refused the form as well, and was perhaps not the first to do so.
  }
  throw signal.reason;
}

/** Writes the file of a form to a folder, and waits for the rest of the form. */
export async function intoFolder(folder: string, { content, whole }: FormFile): Promise<ReceivedFile> {
  const path = join(folder, 'upload');
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  await whole;
  return { path, size: (await stat(path)).size };
}

/** What becomes of a form: whole, or refused for the first reason that was found, which breaks everything off. */
function newVerdict() {
  const abort = new AbortController();
  const { signal } = abort;
  const whole = Promise.withResolvers<void>();
  whole.promise.catch(() => undefined);
  signal.addEventListener('abort', () => whole.reject(signal.reason));
  return { refuse: (reason: unknown) => abort.abort(reason), signal, whole };
}

function collectFields(parser: busboy.Busboy, refuse: (reason: AppError) => void): Map<string, string> {
  const fields = new Map<string, string>();
  parser.on('field', (name, value, { valueTruncated }) => {
    if (valueTruncated)
      refuse(new AppError('too_large', `The field ${shown(name)} is over ${FIELD_BYTES} bytes.`));
    fields.set(name, value);
  });
  parser.on('fieldsLimit', () =>
    refuse(new AppError('too_large', `The form has more than ${FIELDS} fields.`)),
  );
  return fields;
}

function open(contentType: string, fileBytes: number): busboy.Busboy {
  const limits = {
    fileSize: fileBytes,
    fieldSize: FIELD_BYTES,
    fieldNameSize: 100,
    fields: FIELDS,
    files: 3,
  };
  try {
    return busboy({ headers: { 'content-type': contentType }, limits, defParamCharset: 'utf8' });
  } catch (cause) {
    throw new AppError('invalid_request', 'The form has no boundary in its content type.', { cause });
  }
}

/** A system error is ours; everything else on this way is a form that was cut off or is none. */
function broken(cause: unknown): unknown {
  if (cause instanceof Error && 'syscall' in cause && cause.syscall !== 'read') return cause;
  return new AppError(
    'upload_incomplete',
    'The form is not whole; it was cut off, or is not multipart/form-data.',
    {
      cause,
    },
  );
}

function tooLarge(bytes: number): AppError {
  return new AppError(
    'too_large',
    `The file is larger than ${bytes} bytes, the most that a form may bring. Announce it as JSON with filename, newFormat and size, and send it to the URL of the answer.`,
  );
}

function expectedFile(came: string): AppError {
  return new AppError('invalid_request', `Expected one file in the part audio, but ${came}.`, {
    details: [{ path: 'audio', message: 'expected one file' }],
  });
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}
