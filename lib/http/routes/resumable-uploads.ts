import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { Tokens } from '../../accounts/tokens.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Piece } from '../../uploads/piece.ts';
import type { ResumableUploads, UploadProgress } from '../../uploads/resumable-upload.ts';
import { incomingOf } from '../connection.ts';
import { bodyHashes, fileHashes } from '../content-hashes.ts';
import { ReceivedRequest } from '../received-request.ts';
import { bodyOf } from '../request-body.ts';
import { createRouter, type Router, validated } from '../router.ts';
import { ID } from '../schemas/parameters.ts';
import { json, problems, textHeader } from '../schemas/responses.ts';

export interface UploadRouteDependencies {
  resumableUploads: ResumableUploads;
  tokens: Pick<Tokens, 'verifyUpload'>;
}

const QUERY = z.object({
  token: z.string().openapi({ description: 'The token in the URL of the upload session.' }),
});
const STORED = z
  .object({
    message: z.string(),
    size: z.int().openapi({ description: 'Bytes.' }),
    crc32c: z.string().optional().openapi({ description: 'Base64, big-endian, as in Cloud Storage.' }),
    md5Hash: z.string().optional().openapi({ description: 'Base64, as in Cloud Storage.' }),
  })
  .openapi('StoredUpload');

const DOCUMENTED = { path: '/api/uploads/{id}', request: { params: ID, query: QUERY } } as const;

const SEND = {
  ...DOCUMENTED,
  method: 'put',
  operationId: 'sendUpload',
  summary: 'Send a large file, whole or in pieces',
  description:
    "The protocol of Cloud Storage's resumable uploads: `Content-Range: bytes 0-262143/1000000`, or `/*` while the size is unknown; the size of each piece but the last is a multiple of 256 KiB. `Content-Range: bytes */*` without a body requests the number of received bytes. If a request breaks off, the service keeps whole multiples of 256 KiB. Bytes that are sent again must be the same as before. `x-goog-hash` (crc32c, md5), `Repr-Digest` and `Digest` (sha-256, sha-512, md5, crc32c) contain hashes of the whole file, and may come with any piece; `Content-Digest` and `Content-MD5` contain hashes of the body. A file or body with another hash is not kept, and may be sent again.",
  responses: {
    200: json(STORED, 'The file is complete.'),
    308: {
      description:
        'The file is incomplete. `Range: bytes=0-x` gives the received bytes; no bytes are received without it.',
      headers: { Range: textHeader('The received bytes.') },
    },
    ...problems(400, 401, 409, 410, 413, 503),
  },
} as const;

const CANCEL = {
  ...DOCUMENTED,
  method: 'delete',
  operationId: 'cancelUpload',
  summary: 'Cancel an upload',
  responses: { 499: { description: 'Cancelled, with the status of Cloud Storage.' }, ...problems(401, 410) },
} as const;

/** Resumable uploads to the service itself, by the protocol of Cloud Storage. */
export function uploadRoutes({ resumableUploads, tokens }: UploadRouteDependencies): Router {
  const router = createRouter();
  router.openAPIRegistry.registerPath(SEND);
  router.openAPIRegistry.registerPath(CANCEL);

  /** Returns the task id. The upload token is the only credential of these routes, and is valid for one task. */
  const authorised = async (c: Context): Promise<number> => {
    const { id } = validated(ID, c.req.param());
    const token = c.req.query('token') ?? '';
    if ((await tokens.verifyUpload(token)) === id) return id;
    throw new AppError('unauthenticated', 'The token is for another upload.');
  };

  router.put('/api/uploads/:id', heardOut, async (c) => {
    const id = await authorised(c);
    const asked = contentRange(c);
    if ('ask' in asked) return answer(c, await resumableUploads.status(id, asked));
    return answer(c, await resumableUploads.receive(id, asked, bodyOf(c)));
  });
  router.delete('/api/uploads/:id', async (c) => {
    await resumableUploads.cancel(await authorised(c));
    return new Response(null, { status: 499 });
  });
  return router;
}

/** Maximum bytes that are read and dropped after the handler has answered. */
const MOST_UNHEARD = 16 * 1024 * 1024;

/** Milliseconds without data after which a client gets its answer. */
const IDLE = 500;

/**
 * Reads the rest of a request before the answer is sent. A connection is reusable only after its request was read to
 * the end, and a client that still sends may miss an answer if the connection closes.
 */
const heardOut: MiddlewareHandler = async (c, next) => {
  await next();
  const incoming = incomingOf(c);
  if (!(incoming instanceof ReceivedRequest) || incoming.awaitsContinue || incoming.failure) return;
  if (!(await dropUntilIdle(incoming))) c.header('Connection', 'close');
};

/** Drops received bytes until the body ends or the client pauses; false above the maximum. */
async function dropUntilIdle(incoming: ReceivedRequest): Promise<boolean> {
  const begun = incoming.received;
  for (let more = true; more && !incoming.closed && !incoming.readableEnded; ) {
    while (incoming.read() !== null);
    if (incoming.received - begun > MOST_UNHEARD) return false;
    more = await hasMore(incoming);
  }
  return true;
}

/** Waits until bytes come, the body ends or the client pauses; false after a pause. */
async function hasMore(incoming: ReceivedRequest): Promise<boolean> {
  const ended = new AbortController();
  const { signal } = ended;
  const more = ['readable', 'end', 'close'].map((event) =>
    once(incoming, event, { signal }).then(() => true),
  );
  try {
    return await Promise.race([...more, idle(signal)]);
  } catch {
    return false;
  } finally {
    ended.abort();
    await Promise.allSettled(more);
  }
}

/**
 * Waits for one more turn of the event loop after the pause, since a busy process may not have read its sockets yet.
 */
async function idle(signal: AbortSignal): Promise<boolean> {
  await setTimeout(IDLE, undefined, { signal });
  await setImmediate();
  return false;
}

function answer(c: Context, { complete, received, checksums }: UploadProgress): Response {
  if (complete) {
    const { crc32c, md5: md5Hash } = checksums ?? {};
    return c.json({ message: 'The file is complete.', size: received, crc32c, md5Hash }, 200);
  }
  const range = received > 0 ? { Range: `bytes=0-${received - 1}` } : {};
  return c.body(null, 308, { ...range, 'Content-Length': '0' });
}

/**
 * `bytes FIRST-LAST/TOTAL` (RFC 9110, 14.4, and Cloud Storage). LAST and TOTAL may be `*`; `*` as the range requests
 * the status.
 */
const CONTENT_RANGE = /^bytes (?:\*|(\d{1,15})-(\d{1,15}|\*))\/(\d{1,15}|\*)$/;

type StatusQuestion = Pick<Piece, 'total' | 'fileHashes'> & { ask: true };

function contentRange(c: Context): Piece | StatusQuestion {
  const length = numberOf(c.req.header('Content-Length'));
  const header = c.req.header('Content-Range');
  const hashes = { fileHashes: fileHashes(c.req.raw.headers), bodyHashes: bodyHashes(c.req.raw.headers) };
  if (header === undefined) return { start: 0, end: length, total: length, last: true, ...hashes };
  const found = CONTENT_RANGE.exec(header);
  if (!found) throw badRange(header);
  const [first, end, total] = [numberOf(found[1]), numberOf(found[2], 1), numberOf(found[3])];
  if (first === undefined) return { ...askOnly(length, total), ...hashes };
  const last = end === undefined || end === total;
  return piece(header, length, { start: first, end, total, last, ...hashes });
}

function askOnly(length: number | undefined, total: number | undefined) {
  if (length) throw new AppError('invalid_request', 'A request for the status must have no body.');
  return { ask: true, total } as const;
}

function piece(header: string, length: number | undefined, asked: Piece): Piece {
  const { start, end, total } = asked;
  if ((end !== undefined && end <= start) || (end ?? start) > (total ?? Infinity)) throw badRange(header);
  if (end !== undefined && length !== undefined && length !== end - start) {
    const sentence = `The Content-Range has ${end - start} bytes, but the Content-Length is ${length}.`;
    throw new AppError('invalid_request', sentence);
  }
  return asked;
}

/** The number in a header plus `more`; undefined for `*` and for a missing header. */
function numberOf(text: string | undefined, more = 0): number | undefined {
  return text === undefined || text === '*' ? undefined : Number(text) + more;
}

function badRange(header: string): AppError {
  const expected = 'bytes FIRST-LAST/TOTAL, with * for unknown numbers';
  return new AppError('invalid_request', `The Content-Range must be ${expected}, and was ${shown(header)}.`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
