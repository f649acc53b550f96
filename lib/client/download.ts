import { errorOf, TonemillError } from './errors.ts';
import type { Transport } from './transport.ts';

/** A file of a task on its way to the caller. Its content can be read once. */
export interface Download {
  /** File name for saving. */
  name: string;
  /** Bytes; undefined if the storage does not tell. */
  size: number | undefined;
  /** Media type. */
  type: string;
  /** The content; goes on where a connection breaks. Throws `file_changed` if the file is another one meanwhile. */
  stream(): ReadableStream<Uint8Array>;
  blob(): Promise<Blob>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface DownloadDependencies {
  transport: Transport;
  /** Sends a request without the token, to the address of an object storage. */
  send: Transport;
}

/** Breaks without a byte in between after which a download is given up. */
const MOST_BREAKS = 5;

/** @param url of a file of a task @param name for a file whose answer has none */
export async function openDownload(
  url: string,
  name: string,
  { transport, send }: DownloadDependencies,
  caller: AbortSignal | undefined,
): Promise<Download> {
  const ending = new AbortController();
  const signal = caller ? AbortSignal.any([caller, ending.signal]) : ending.signal;
  const ask = async (from: number, etag: string | null) => {
    const range = { Range: `bytes=${from}-`, ...(etag && { 'If-Range': etag }) };
    const init = { headers: from > 0 ? range : {}, signal };
    const response = await transport(new Request(url, init), signal);
    if (!response.ok || !isLink(response)) return response;
    return send(new Request(addressIn(await response.json()), init), signal);
  };
  const first = await ask(0, null);
  if (!first.ok) throw await errorOf(first);
  const { headers } = first;
  const type = headers.get('Content-Type') ?? 'application/octet-stream';
  const length = headers.get('Content-Length');
  const stream = () => streamOf(contentOf(first, ask), ending);
  return {
    name: nameIn(headers.get('Content-Disposition')) ?? name,
    size: length === null ? undefined : Number(length),
    type,
    stream,
    blob: async () => new Blob([await new Response(stream()).arrayBuffer()], { type }),
    bytes: async () => new Uint8Array(await new Response(stream()).arrayBuffer()),
  };
}

function addressIn(link: unknown): string {
  if (typeof link === 'object' && link !== null && 'url' in link && typeof link.url === 'string')
    return link.url;
  throw new TonemillError('unexpected_answer', 'The answer has no address of the file.');
}

function isLink({ headers }: Response): boolean {
  return (headers.get('Content-Type') ?? '').startsWith('application/json');
}

/** The bytes of an answer, and after each break those of a further one. */
async function* contentOf(
  first: Response,
  ask: (from: number, etag: string | null) => Promise<Response>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const etag = first.headers.get('ETag');
  // The length of a file that a proxy compresses is another one.
  const length = first.headers.has('Content-Encoding') ? null : first.headers.get('Content-Length');
  let [response, position, breaks] = [first, 0, 0];
  for (;;) {
    const read = bytesOf(response);
    let next = await read.next();
    try {
      for (; !next.done; next = await read.next()) {
        position += next.value.length;
        breaks = 0;
        yield next.value;
      }
    } finally {
      await read.return(undefined);
    }
    const cause = next.value;
    if (cause === undefined && (length === null || position >= Number(length))) return;
    breaks += 1;
    if (etag === null || breaks > MOST_BREAKS)
      throw new TonemillError('network', `The connection broke after ${position} bytes.`, { cause });
    response = await rest(position, etag, ask);
  }
}

/** The bytes of one answer; returns the error by which its connection broke. Throws others. */
async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array, TypeError | undefined, undefined> {
  const reader = body?.getReader();
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) yield next.value;
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return error;
    throw error;
  } finally {
    // A connection that broke has told its error already.
    await reader?.cancel().catch(() => undefined);
  }
}

async function rest(
  position: number,
  etag: string,
  ask: (from: number, etag: string | null) => Promise<Response>,
): Promise<Response> {
  const response = await ask(position, etag);
  if (response.status === 206) return response;
  if (!response.ok) throw await errorOf(response);
  await response.body?.cancel();
  throw new TonemillError('file_changed', `The file changed after ${position} bytes of it. Load it again.`);
}

function streamOf(
  content: AsyncGenerator<Uint8Array, void, undefined>,
  ending: AbortController,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await content.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      // The connection ends at once, even if it brings nothing.
      ending.abort();
      await content.return();
    },
  });
}

/** The file name of a Content-Disposition (RFC 6266): the one in UTF-8 first. */
function nameIn(header: string | null): string | undefined {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(header ?? '')?.[1];
  if (encoded !== undefined && isPercentEncoded(encoded)) return decodeURIComponent(encoded);
  const [, quoted, bare] = /filename=(?:"((?:[^"\\]|\\.)*)"|([^";\s]+))/i.exec(header ?? '') ?? [];
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? bare;
}

function isPercentEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}
