import pg from 'pg';
import type { MediaInfo } from '../../audio/media/media-info.ts';
import type {
  ConversionResult,
  Hashes,
  Task,
  TaskFailure,
  TaskOptions,
  TaskState,
} from '../../ports/tasks.ts';
import type { FileClaims } from '../../ports/uploads.ts';

/** A row of `tasks`. */
export interface TaskRow {
  id: number;
  user_id: number;
  name: string;
  original_ext: string;
  format: string;
  options: TaskOptions;
  state: TaskState;
  revision: number;
  attempt: number;
  worker: string | null;
  lease_until: Date | null;
  enqueued_at: Date | null;
  upload_expires_at: Date;
  /** PostgreSQL's bigint: text when it is read, a number when it is written. */
  declared_size: string | number | null;
  /** Session by which an upload is cancelled: a secret, never shown. */
  upload_session: string | null;
  upload_received: string | number;
  /** Request that writes an original that is received in pieces. */
  upload_writer: string | null;
  /** Time at which the request of the current writer came, by the clock of the database. */
  upload_claimed_at: Date | null;
  /** Claims of its requests about the whole file. */
  upload_claims: FileClaims | null;
  /** Hashes of the original. */
  checksums: Hashes | null;
  progress: number;
  media: MediaInfo | null;
  result: ConversionResult | null;
  error: TaskFailure | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

export function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    originalExt: row.original_ext,
    requestedOutput: { format: row.format, options: row.options },
    state: row.state,
    revision: row.revision,
    attempt: row.attempt,
    declaredSize: row.declared_size === null ? null : Number(row.declared_size),
    uploadExpiresAt: row.upload_expires_at,
    checksums: row.checksums,
    progress: row.progress,
    media: row.media,
    result: row.result,
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

/** A row of `ended_uploads`: the session of a task that expired or was removed before its original was received. */
export interface EndedUploadRow {
  task_id: number;
  session: string;
  ended_at: Date;
  cancelled_at: Date | null;
}

/** SQLSTATE 23505, unique_violation (PostgreSQL manual, appendix A). */
export function isUniqueViolation(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code === '23505';
}
