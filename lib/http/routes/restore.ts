import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Session } from '../../accounts/sessions.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Workspaces } from '../../runtime/working-folders.ts';
import { isOnThisMachine } from '../own-machine.ts';
import { bodyOf } from '../request-body.ts';
import { createRouter, type Router } from '../router.ts';
import { json, orNull, problems } from '../schemas/responses.ts';
import { sessionAnswer } from '../session-cookie.ts';
import { COOKIE, NOT_STORED, SESSION, SESSION_HEADERS } from './auth.ts';

/** The restore of a backup into a fresh installation. */
export interface FirstRestore {
  /** Whether the installation has no users. */
  isFresh(): Promise<boolean>;
  /**
   * Restores a backup, and opens a session of its only user if that is a guest, to whom nobody can log in. Throws
   * `not_empty` and `invalid_backup`.
   */
  restore(
    path: string,
  ): Promise<{ createdAt: string; files: number; bytes: number; session: Session | null }>;
  /** Throws `insufficient_storage`. */
  mustHaveRoom(): Promise<void>;
}

export interface RestoreRouteDependencies {
  first: FirstRestore;
  workspaces: Workspaces;
  /** Whether people on this machine may use the service without an account. */
  guests: boolean;
}

const OFFER = z.object({ isOffered: z.boolean() }).openapi('RestoreOffer');

const RESTORED = z
  .object({
    createdAt: z.iso.datetime().openapi({ description: 'Time of the backup.' }),
    files: z.int(),
    bytes: z.int().openapi({ description: 'Of the files.' }),
    session: orNull(SESSION).openapi({ description: 'Of the only user, if that is a guest.' }),
  })
  .openapi('Restored');

const offer = createRoute({
  method: 'get',
  path: '/api/auth/restore',
  operationId: 'getRestore',
  summary: 'Whether a backup can be restored',
  description: 'Only in local mode, for requests from the same machine, while there is no account.',
  responses: { 200: json(OFFER, 'The offer.'), ...problems() },
});

const RESTORE = {
  method: 'post',
  path: '/api/auth/restore',
  operationId: 'restoreBackup',
  summary: 'Restore a backup into a fresh installation',
  description:
    'The file of `npm run backup`. Only in local mode, for requests from the same machine, while there is no account; otherwise 404, or 409 `not_empty`.',
  request: {
    headers: SESSION_HEADERS,
    body: {
      required: true,
      content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
    },
  },
  responses: {
    200: { ...json(RESTORED, 'What is restored.'), headers: COOKIE },
    ...problems(401, 404, 409, 415, 422, 507),
  },
} as const;

export function restoreRoutes({ first, workspaces, guests }: RestoreRouteDependencies): Router {
  const router = createRouter();
  router.openAPIRegistry.registerPath(RESTORE);
  let isBusy = false;
  const mayRestore = (c: Context) => guests && isOnThisMachine(c);

  router.openapi(offer, async (c) => {
    const isOffered = mayRestore(c) && !isBusy && (await first.isFresh());
    return c.json({ isOffered }, 200, NOT_STORED);
  });
  router.post('/api/auth/restore', async (c) => {
    if (!mayRestore(c)) throw new AppError('not_found', 'This service restores no backups here.');
    mustBeBytes(c);
    if (isBusy) throw new AppError('not_ready', 'A backup is being restored. Wait for its end.');
    isBusy = true;
    try {
      const { session, ...restored } = await receive(c);
      return c.json({ ...restored, session: session && sessionAnswer(c, session) }, 200, NOT_STORED);
    } finally {
      isBusy = false;
    }
  });
  return router;

  async function receive(c: Context) {
    if (!(await first.isFresh()))
      throw new AppError(
        'not_empty',
        'This installation has users already. A backup is restored into an empty one.',
      );
    await first.mustHaveRoom();
    return workspaces.use(async (folder) => {
      const path = join(folder, 'backup');
      await pipeline(bodyOf(c), createWriteStream(path, { mode: 0o600 }));
      return first.restore(path);
    });
  }
}

/** A form of another site can send no such type. */
function mustBeBytes(c: Context): void {
  if (/^application\/octet-stream\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) return;
  throw new AppError('unsupported_media_type', 'Send the file of the backup as application/octet-stream.');
}
