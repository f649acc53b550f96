import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import busboy from 'busboy';
import { AppError } from './errors.ts';
import { unsupportedMediaType } from './http.ts';
import type { ReceivedFile } from './tasks.ts';

/** A form that came whole. */
export interface ReceivedForm {
  fields: ReadonlyMap<string, string>;
  file: ReceivedFile;
  /** The file's name as its part gave it; empty where it gave none. */
  partName: string;
}

export interface FormRequest {
  contentType: string | undefined;
  body: ReadableStream<Uint8Array> | null;
}

const FIELD_BYTES = 64 * 1024;
const FIELDS = 20;

/**
 * Receives multipart/form-data with one file in the part `audio`, which is written to `folder`: fields may come before
 * it or after, and neither file nor form ever sits whole in memory.
 * Throws `unsupported_media_type`, `too_large` (file over `fileBytes`), `upload_incomplete` (cut off), `invalid_request`.
 */
export async function receiveForm(
  request: FormRequest,
  folder: string,
  fileBytes: number,
): Promise<ReceivedForm> {
  const type = request.contentType ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type) || !request.body)
    throw unsupportedMediaType('multipart/form-data', type);
  const form = open(type, fileBytes);
  const fields = new Map<string, string>();
  const abort = new AbortController();
  const refuse = (error: AppError) => abort.abort(error);
  const path = join(folder, 'upload');
  let partName: string | undefined;
  let written: Promise<void> | undefined;

  form.on('field', (name, value, { valueTruncated }) => {
    if (valueTruncated)
      refuse(new AppError('too_large', `The field ${shown(name)} is over ${FIELD_BYTES} bytes.`));
    fields.set(name, value);
  });
  form.on('file', (name, stream, { filename }) => {
    // The pipelines report what breaks; a stream that was destroyed beside them must not end the process.
    stream.on('error', () => undefined);
    if (name !== 'audio' || written) {
      stream.resume();
      refuse(expectedFile(written ? 'two files came' : `a file in the part ${shown(name)} came`));
      return;
    }
    partName = filename ?? '';
    stream.once('limit', () => refuse(tooLarge(fileBytes)));
    // The parser goes on for the rest of a chunk after it was destroyed: such a file would never end by itself.
    written = pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }), {
      signal: abort.signal,
    });
    written.catch(() => form.destroy());
  });
  form.on('fieldsLimit', () => refuse(new AppError('too_large', `The form has more than ${FIELDS} fields.`)));

  try {
    await pipeline(Readable.fromWeb(request.body), form, { signal: abort.signal });
    await written;
  } catch (cause) {
    await written?.catch(() => undefined);
    throw abort.signal.reason ?? broken(cause);
  }
  await finished(form).catch(() => undefined);
  if (abort.signal.aborted) throw abort.signal.reason;
  if (!written || partName === undefined) throw expectedFile('none came');
  return { fields, file: { path, size: (await stat(path)).size }, partName };
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
