import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AppError } from '../../runtime/errors.ts';
import { storable } from '../../runtime/text.ts';

/** Requests that wait for a connection; further ones are refused at once. */
const WAITING = 1000;

/** Seconds after which a request may find a connection. */
const RETRY_SECONDS = 5;

/** Codes of a server that is stopped, starts or has no connection left (PostgreSQL manual, appendix A), and of Node.js. */
const AWAY: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  '53300',
  '57P01',
  '57P02',
  '57P03',
]);

/** SQLSTATE 23503, foreign_key_violation (PostgreSQL manual, appendix A). */
const FOREIGN_KEY = '23503';

/** Constraints by which rows belong to a user. */
const OF_USERS = /_user_id_foreign$/;

/**
 * Class 22 of SQLSTATE, data exceptions: those codes for a value that its column cannot hold. 22021 and 22P05:
 * characters; 22003 and 22P02: numbers out of range, and texts that are no numbers; 22001, 22007, 22008: too long, no date.
 */
const NO_PLACE: ReadonlySet<string> = new Set([
  '22001',
  '22003',
  '22007',
  '22008',
  '22021',
  '22P02',
  '22P05',
]);

/**
 * knex's client of PostgreSQL with two more duties. A request that gets no connection in time is refused as `unavailable`. And
 * a value that PostgreSQL can't hold is never reported as a server error.
 * Texts in JSON are cleaned, since they come from files; any other value is refused as `invalid_request`. A row
 * for a removed user is refused as `unauthenticated`.
 */
export function postgresClient(): typeof Knex.Client {
  const Postgres: typeof Knex.Client = knexFactory({ client: 'pg' }).client.constructor;
  return class extends Postgres {
    override async acquireConnection(): Promise<unknown> {
      const { pool } = this;
      if (pool && 'numPendingAcquires' in pool && pool.numPendingAcquires() >= WAITING) throw noConnection();
      try {
        return await super.acquireConnection();
      } catch (error) {
        throw isAway(error) ? noConnection(error) : error;
      }
    }

    override async query(connection: unknown, query: unknown): Promise<unknown> {
      try {
        return await super.query(connection, query);
      } catch (error) {
        throw refusalOf(error) ?? error;
      }
    }

    override prepBindings(bindings: unknown): unknown {
      const prepared: unknown = super.prepBindings(bindings);
      return Array.isArray(prepared) ? prepared.map(cleaned) : prepared;
    }
  };
}

function isAway(error: unknown): boolean {
  if (error instanceof knexFactory.KnexTimeoutError) return true;
  return error instanceof Error && 'code' in error && AWAY.has(error.code);
}

function noConnection(cause: unknown = new Error('too many requests wait for a connection')): AppError {
  const sentence = 'The database has no connection free, or does not answer. Try again in a few seconds.';
  return new AppError('unavailable', sentence, { retryAfter: RETRY_SECONDS, cause });
}

function refusalOf(cause: unknown): AppError | undefined {
  if (!(cause instanceof pg.DatabaseError)) return undefined;
  const { code = '', constraint = '' } = cause;
  if (NO_PLACE.has(code))
    return new AppError('invalid_request', 'A text or a number of the request cannot be stored.', { cause });
  if (code === FOREIGN_KEY && OF_USERS.test(constraint))
    return new AppError('unauthenticated', 'This user no longer exists. Log in as another user.', { cause });
  return undefined;
}

/** Objects become jsonb; all other values stay as they are. */
function cleaned(binding: unknown): unknown {
  if (typeof binding !== 'object' || binding === null) return binding;
  const prototype: unknown = Object.getPrototypeOf(binding);
  return prototype === Object.prototype || prototype === null ? cleanedJson(binding) : binding;
}

function cleanedJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(cleanedJson);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [storable(name), cleanedJson(member)]),
  );
}
