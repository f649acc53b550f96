import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler, Next } from 'hono';
import {
  type ClaimedKey,
  type IdempotencyStore,
  type KeyOwner,
  keyInUse,
  keyReused,
} from '../ports/idempotency.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { TextSealer } from '../runtime/sealed-text.ts';
import { COVER_BYTES } from '../tasks/cover-image.ts';
import { principalOf, type RouterEnv } from './bearer-auth.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { answerOf, answerText } from './kept-answer.ts';
import type { KeyedAttempt } from './keyed-attempt.ts';
import { formRequest, isForm, readForm } from './multipart-form.ts';
import { drainForm, fingerprintedForm, jsonFingerprint } from './request-fingerprint.ts';
import { CLIENT_CLOSED } from './router.ts';

/** Seconds after which the claim of a dead process ends, and between two renewals. */
const [CLAIM_SECONDS, RENEWAL_SECONDS] = [30, 10];

/**
 * Middleware for routes that create, behind `bearer`: the same request with the same Idempotency-Key gets the first answer
 * again, also from another process (draft-ietf-httpapi-idempotency-key-header). An answer is kept if it is a success: a
 * refused request has made nothing, and may come again. Requests without the header pass.
 * Throws `invalid_request`, `idempotency_key_in_use`, `idempotency_key_reused`.
 */
export interface Idempotency {
  /** For JSON, behind `jsonBody`. */
  json: MiddlewareHandler<RouterEnv>;
  /** For forms, which the handler reads by `KeyedAttempt.judged`; passes other content types on. */
  form: MiddlewareHandler<RouterEnv>;
  /** For forms as well; the handler calls `KeyedAttempt.keep`, and makes a later answer from that text. */
  again: MiddlewareHandler<RouterEnv>;
}

export interface IdempotencyDependencies {
  store: IdempotencyStore;
  /** Encrypts answers, which may contain secrets. */
  sealer: () => Promise<TextSealer>;
  /** Maximum size of one file in a form, in bytes. */
  formBytes: number;
  log: Log;
}

/** A request with its key. */
interface Keyed {
  owner: KeyOwner;
  /** Second secret of its answer. */
  secret: string;
  /** All but the body that its fingerprint covers. */
  rest: unknown;
}

type Claimed = Extract<ClaimedKey, { state: 'claimed' }>;
type Finished = Extract<ClaimedKey, { state: 'finished' }>;

export function createIdempotency(parts: IdempotencyDependencies): Idempotency {
  const { store, sealer, formBytes, log } = parts;

  const run = async (c: Context<RouterEnv>, next: Next, kind: keyof Idempotency) => {
    const header = c.req.header('Idempotency-Key');
    if (header === undefined || (kind !== 'json' && !isForm(c))) return next();
    const keyed = keyedOf(c, idempotencyKey(header));
    const route = `${c.req.method} ${c.req.path}`;
    const body = kind === 'json' ? { json: await c.req.json() } : undefined;
    const fingerprint = body && jsonFingerprint({ rest: keyed.rest, body: body.json });
    const found = await store.claim({ ...keyed.owner, route, fingerprint }, CLAIM_SECONDS);
    switch (found.state) {
      case 'running':
        throw keyInUse();
      case 'reused':
        throw keyReused();
      case 'claimed':
        return attempt(c, next, keyed, found);
      case 'finished':
        return replay(c, next, kind, keyed, found);
    }
  };

  const attempt = async (c: Context<RouterEnv>, next: Next, keyed: Keyed, { claim, creation }: Claimed) => {
    let isKept = false;
    const keep = async (text: string) => {
      await store.finish(claim, (await sealer()).seal(text, keyed.secret));
      isKept = true;
    };
    const bind = async (fingerprint: string) => {
      const bound = await store.bind(claim, fingerprint);
      if (bound === 'reused') throw keyReused();
      if (bound === 'lost') throw keyInUse();
    };
    c.set('keyed', { creation, keep, kept: undefined, judged: judgedBy(keyed, bind) });
    const renewals = setInterval(() => renew(claim), RENEWAL_SECONDS * 1000).unref();
    try {
      await next();
      if (isKept) return;
      if (c.res.status < 400) await keep(await answerText(c.res));
      else await store.release(claim, isRefusal(c.res));
    } finally {
      clearInterval(renewals);
    }
  };

  const renew = (claim: Claimed['claim']) => {
    const warn = (error: unknown) => log.warn('The claim of an Idempotency-Key is not renewed', { error });
    store.renew(claim, CLAIM_SECONDS).catch(warn);
  };

  const replay = async (
    c: Context<RouterEnv>,
    next: Next,
    kind: keyof Idempotency,
    keyed: Keyed,
    { fingerprint, answer }: Finished,
  ) => {
    const judged = judgedBy(keyed, async (own) => {
      if (own !== fingerprint) throw keyReused();
    });
    if (kind !== 'json') await drainForm(judged(await readForm(formRequest(c), formBytes, COVER_BYTES)));
    const kept = (await sealer()).open(answer, keyed.secret);
    if (kept === undefined) throw unreadable();
    if (kind !== 'again') return answerOf(kept);
    c.header('Idempotent-Replayed', 'true');
    c.set('keyed', { creation: undefined, kept, judged, keep: async () => undefined });
    return next();
  };

  return {
    json: (c, next) => run(c, next, 'json'),
    form: (c, next) => run(c, next, 'form'),
    again: (c, next) => run(c, next, 'again'),
  };
}

/** The rights of the caller belong to the request: an API key gets no answer that it could not have caused. */
function keyedOf(c: Context<RouterEnv>, key: string): Keyed {
  const { userId, scopes } = principalOf(c);
  const keyHash = createHash('sha256').update(key).digest('base64url');
  const rest = { scopes: [...scopes].sort(), query: new URL(c.req.url).search };
  return { owner: { userId, keyHash }, secret: `${userId} ${key}`, rest };
}

/** Whether an answer proves that nothing was made; the error of a client that is gone may be of any kind. */
function isRefusal({ status }: Response): boolean {
  return status < 500 && status !== CLIENT_CLOSED;
}

function judgedBy({ rest }: Keyed, judge: (fingerprint: string) => Promise<void>): KeyedAttempt['judged'] {
  return (form) => fingerprintedForm(form, rest, judge);
}

function unreadable(): AppError {
  return new AppError(
    'idempotency_key_reused',
    'The request with this Idempotency-Key was carried out, but its answer can no longer be read: the keys of the service were replaced. Look for its result, or send another key.',
  );
}
