import pg from 'pg';
import type { MediaInfo } from '../../audio/media/media-info.ts';
import { standardName } from '../../audio/media/tag-names.ts';
import type { Warning } from '../../audio/media/warnings.ts';
import type {
  ConversionResult,
  Delivered,
  FurtherResult,
  Hashes,
  NamedOutput,
  SentCover,
  ShownAddress,
  Source,
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
  batch_id: number | null;
  name: string;
  original_ext: string;
  format: string;
  options: TaskOptions;
  /** Null if the task makes one result. */
  outputs: readonly NamedOutput[] | null;
  /** Whether an output asks for the album of its batch. */
  album: boolean;
  state: TaskState;
  revision: number;
  attempt: number;
  worker: string | null;
  lease_until: Date | null;
  /** Fault of the attempt that was postponed last. */
  fault: string | null;
  /** Null while no message of the task is on its way. */
  enqueued_at: Date | null;
  /** Time at which the revision began to wait for its conversion; a trigger sets it. */
  waiting_since: Date | null;
  /** Place among the tasks that wait; see `QueuedMessage`. */
  turn: number;
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
  /** Picture that the owner sent. */
  cover: SentCover | null;
  request_id: string | null;
  source: Source | null;
  destination: ShownAddress | null;
  delivered: Delivered | null;
  /** The header of the request that made the task or its revision, for its messages and those of webhooks. */
  traceparent: string | null;
  progress: number;
  media: StoredMedia | null;
  result: StoredResult | null;
  error: TaskFailure | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  /** Time at which its files are removed; null: they are kept. */
  expires_at: Date | null;
  /** Time at which its owner was told so. */
  expiry_told_at: Date | null;
}

/** Media information that rows of earlier releases lack. */
const ABSENT = { chapters: [], chunks: [], tracks: [] };

export function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    userId: row.user_id,
    batchId: row.batch_id,
    name: row.name,
    originalExt: row.original_ext,
    requestedOutput: {
      format: row.format,
      options: row.options,
      ...(row.outputs && { outputs: row.outputs }),
    },
    state: row.state,
    revision: row.revision,
    attempt: row.attempt,
    declaredSize: row.declared_size === null ? null : Number(row.declared_size),
    uploadExpiresAt: row.upload_expires_at,
    checksums: row.checksums,
    cover: row.cover,
    source: row.source,
    destination: row.destination,
    delivered: row.delivered,
    progress: row.progress,
    media: row.media && completedMedia(row.media),
    result: row.result && completedResult(row.result),
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
    isExpiring: row.expiry_told_at !== null && row.expires_at !== null,
  };
}

/** Media information as this release or an earlier one stored it; in the latter, each tag has one text. */
type StoredMedia = Omit<MediaInfo, 'tags'> & { tags: Readonly<Record<string, string | readonly string[]>> };

type StoredResult = Omit<ConversionResult<Warning | string>, 'media' | 'more'> & {
  media: StoredMedia;
  /** Only this release and later ones store these. */
  more?: readonly FurtherResult[];
};

/** Media information with the members that its release did not store. */
export function completedMedia(media: StoredMedia): MediaInfo {
  const tags = Object.entries(media.tags).map(([name, stored]): [string, readonly string[]] =>
    typeof stored === 'string' ? [standardName(name) ?? name, [stored]] : [name, stored],
  );
  return { ...ABSENT, ...media, tags: Object.fromEntries(tags) };
}

/** The releases before warnings had codes stored sentences. */
export function completedResult(result: StoredResult): ConversionResult {
  const warnings = result.warnings.map(
    (warning): Warning =>
      typeof warning === 'string' ? { code: 'damaged_parts', message: warning } : warning,
  );
  return { ...result, media: completedMedia(result.media), warnings };
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
