import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError, type FieldProblem } from '../runtime/errors.ts';
import { type Quotas, quotas } from './quotas.ts';
import { contradictions, type Environment, folders, type Mode, VARIABLES } from './variables.ts';

/** Storage of originals and results: two different folders, or two different buckets. */
export type StorageConfig = (
  | { readonly kind: 'nfs' }
  /** `emulator`: base URL of a stand-in for Cloud Storage. */
  | { readonly kind: 'gcs'; readonly emulator: string | undefined }
) & { readonly originals: string; readonly results: string };

export type QueueConfig =
  | { readonly kind: 'postgres' }
  | {
      readonly kind: 'pubsub';
      readonly topic: string;
      /** The subscription from which workers pull. */
      readonly subscription: string;
      /** Maximum messages at once; other tasks wait in the database. */
      readonly maxMessages: number;
      /** Topic of messages that have deliveries of webhooks sent, for functions. */
      readonly deliveriesTopic: string;
      /** Topic of messages that name tasks with transfers that are due, for functions. */
      readonly transfersTopic: string;
      /** `host:port` of a stand-in for Pub/Sub. */
      readonly emulator: string | undefined;
    };

export type DatabaseConfig =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'url'; readonly url: string }
  | ({ readonly kind: 'cloudsql' } & CloudSqlConfig);

export interface CloudSqlConfig {
  /** `project:region:name` */
  readonly instance: string;
  readonly name: string;
  /** The account's email address without `.gserviceaccount.com`; it logs in by IAM. */
  readonly user: string;
  readonly address: 'PRIVATE' | 'PUBLIC';
}

/** Callers whose OpenID Connect tokens internal routes accept. */
export interface OidcConfig {
  /** Any of these must be the token's `aud`. */
  readonly audiences: readonly string[];
  /** Email addresses of the accounts that may call. */
  readonly callers: readonly string[];
  /** Whether Cloud Run has checked signatures already, and passes tokens on without them. */
  readonly signatureRemoved: boolean;
}

export interface Config {
  readonly mode: Mode;
  /** HTTP port; 0 picks a free one. */
  readonly port: number;
  /** How many proxies in front add to X-Forwarded-For, or the addresses and CIDR blocks of those that may. */
  readonly trustedProxies: number | readonly string[];
  /** Origins whose pages may call the routes: all, or these. */
  readonly corsOrigins: '*' | readonly string[];
  /** Folder of local mode's database, files and keys, absolute. */
  readonly data: string;
  /** Folder for private working files of this user, absolute. */
  readonly work: string;
  /** Google Cloud's project; undefined: the platform names it. */
  readonly project: string | undefined;
  readonly storage: StorageConfig;
  readonly queue: QueueConfig;
  readonly database: DatabaseConfig;
  /** Connections of one process, besides those of its queue. */
  readonly databasePool: number;
  /** Processes of `serve`. */
  readonly apiProcesses: number;
  /** Logins that a migration gives rights to, by their role: a function, `api` or `worker`. */
  readonly databaseGrants: Readonly<Record<string, string>>;
  /** JWK set as JSON; undefined: a file in the data folder. */
  readonly jwtPrivateKeys: string | undefined;
  /** Secret of internal callers; undefined: a file in the data folder. */
  readonly serviceCredential: string | undefined;
  /** Undefined: internal callers send the service credential. */
  readonly oidc: OidcConfig | undefined;
  readonly ffmpegPath: string | undefined;
  readonly ffprobePath: string | undefined;
  /** Folders in which programs are searched, as in the variable PATH. */
  readonly path: string;
  /** `required`: refuse to start without a sandbox that stops files and network; `off`: limits alone. */
  readonly sandbox: 'auto' | 'required' | 'off';
  /** Whether to refuse an ffmpeg with published holes; in local mode it is only named. */
  readonly refusesOldFfmpeg: boolean;
  /** Conversions at once in this process. */
  readonly conversions: number;
  /** Seconds of sound above which free places for conversions encode one original together; undefined: never. */
  readonly splitSeconds: number | undefined;
  /** Seconds after which an attempt gives up by itself, since the platform would end its request; undefined: none. */
  readonly deadlineSeconds: number | undefined;
  /** Who may sign up. */
  readonly registration: 'open' | 'invite' | 'closed';
  /** Addresses of the administrators, in lower case. */
  readonly adminEmails: ReadonlySet<string>;
  /** Header in which trusted proxies name the email of a user; undefined: none does. */
  readonly remoteUserHeader: string | undefined;
  /** Whether people on this machine may use the service without an email and a password. */
  readonly guests: boolean;
  readonly outbound: OutboundConfig;
  /** Acknowledge messages, convert nothing. */
  readonly paused: boolean;
  readonly log: LogConfig;
  readonly metrics: MetricsConfig;
  /** `endpoint`: base URL of a collector of OpenTelemetry; undefined: no traces. */
  readonly traces: { readonly endpoint: string | undefined };
  readonly limits: Limits;
  readonly quotas: Quotas;
  /** Uploads are refused while less of the disk is free; 0 is no floor. */
  readonly minFreeBytes: number;
  readonly retention: RetentionConfig;
}

/** Days for which files are kept. */
export interface RetentionConfig {
  /** After the end of a conversion; 0: until their owner removes them. */
  readonly days: number;
  /** At most, after the creation of their task. */
  readonly maxDays: number;
}

/** Requests to servers that users name. */
export interface OutboundConfig {
  /** Whether http is allowed besides https. */
  readonly http: boolean;
  /** Addresses and CIDR blocks that are allowed though they are not public. */
  readonly allowedAddresses: readonly string[];
  /** Buckets of Cloud Storage to which results may be delivered. */
  readonly buckets: readonly string[];
}

export interface LogConfig {
  /** Less severe events are not written. */
  readonly level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
  /** Undefined: by whether the output is a terminal. */
  readonly format: 'json' | 'pretty' | undefined;
}

/** A port for metrics alone, which needs no credential. */
export interface MetricsConfig {
  /** 0 picks a free one; undefined: none. */
  readonly port: number | undefined;
  /** Address of the interface. */
  readonly host: string;
}

/** Bytes and seconds. */
export interface Limits {
  /** Largest original, by any kind of upload. */
  readonly uploadBytes: number;
  /** Largest original in a form. */
  readonly formBytes: number;
  readonly resultBytes: number;
  readonly durationSeconds: number;
  readonly conversionSeconds: number;
  readonly stallSeconds: number;
}

/** Every request to Cloud Run passes Google's front end, which adds the address of its client. */
const PLATFORM_PROXIES = 1;

/** A Cloud Run function takes 32 MiB with everything, which leaves 31 MiB for a file. */
const FUNCTION_FORM_BYTES = 31 * 1024 * 1024;

/**
 * Reads the configuration from the environment; an empty value counts as none.
 * Throws `misconfigured` with every problem in one error.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, mode: Mode = 'local'): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = VARIABLES.safeParse(given);
  const problems = parsed.success ? contradictions(parsed.data, mode) : parsed.error.issues.map(problem);
  if (!parsed.success || problems.length > 0) throw misconfigured(problems);
  return Object.freeze(assemble(parsed.data, mode));
}

function problem(issue: { path: PropertyKey[]; message: string }): FieldProblem {
  return { path: issue.path.join('.'), message: issue.message };
}

function misconfigured(details: FieldProblem[]): AppError {
  const sentence = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new AppError('misconfigured', `The environment is not usable: ${sentence}.`, { details });
}

function assemble(env: Environment, mode: Mode): Config {
  const data = resolve(env.TONEMILL_DATA);
  return {
    mode,
    port: env.PORT,
    trustedProxies: env.TRUST_PROXY ?? (env.K_SERVICE === undefined ? 0 : PLATFORM_PROXIES),
    corsOrigins: env.CORS_ORIGINS ?? [],
    data,
    work:
      env.DATABASE === 'embedded'
        ? join(data, 'work')
        : join(tmpdir(), `tonemill-${process.getuid?.() ?? 'user'}`),
    project: env.GOOGLE_CLOUD_PROJECT,
    storage: storage(env, mode),
    queue: queue(env),
    database: database(env),
    databasePool: env.DATABASE_POOL,
    apiProcesses: env.API_PROCESSES,
    databaseGrants: env.DATABASE_GRANTS ?? {},
    jwtPrivateKeys: env.JWT_PRIVATE_KEYS,
    serviceCredential: env.SERVICE_CREDENTIAL,
    oidc: oidc(env),
    ffmpegPath: env.FFMPEG_PATH,
    ffprobePath: env.FFPROBE_PATH,
    path: env.PATH,
    sandbox: env.SANDBOX,
    refusesOldFfmpeg: env.FFMPEG_FLOOR === 'refuse' && mode !== 'local',
    conversions: env.CONVERSIONS,
    splitSeconds: mode !== 'functions' && env.SPLIT === 'auto' ? env.SPLIT_SECONDS : undefined,
    deadlineSeconds: mode === 'functions' ? deadline(timeout(env, mode)) : undefined,
    registration: env.REGISTRATION,
    adminEmails: new Set(env.ADMIN_EMAILS),
    remoteUserHeader: env.REMOTE_USER_HEADER,
    guests: mode === 'local' && env.GUEST === 'true' && env.REGISTRATION === 'open',
    outbound: outbound(env),
    paused: env.PAUSED === 'true',
    log: log(env),
    metrics: { port: env.METRICS_PORT, host: env.METRICS_HOST },
    traces: { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT },
    limits: limits(env, mode),
    quotas: quotas(env, mode),
    minFreeBytes: env.MIN_FREE_BYTES,
    retention: retention(env),
  };
}

/** Unless it is given, the longest time is three times the standard one. */
function retention({ RETENTION_DAYS: days, MAX_RETENTION_DAYS }: Environment): RetentionConfig {
  return { days, maxDays: MAX_RETENTION_DAYS ?? 3 * days };
}

function outbound(env: Environment): OutboundConfig {
  return {
    http: env.OUTBOUND_HTTP === 'true',
    allowedAddresses: env.OUTBOUND_ALLOWED_ADDRESSES,
    buckets: env.DESTINATION_BUCKETS,
  };
}

const LEVELS = { debug: 'DEBUG', info: 'INFO', warning: 'WARNING', error: 'ERROR' } as const;

/** Cloud Run takes lines of JSON, whatever the output looks like. */
function log(env: Environment): LogConfig {
  const format = env.LOG_FORMAT ?? (env.K_SERVICE === undefined ? undefined : 'json');
  return { level: LEVELS[env.LOG_LEVEL], format };
}

function storage(env: Environment, mode: Mode): StorageConfig {
  if (env.STORAGE === 'nfs') return { kind: 'nfs', ...folders(env, mode) };
  const emulator = env.STORAGE_EMULATOR_HOST;
  return { kind: 'gcs', originals: env.GCS_ORIGINALS ?? '', results: env.GCS_RESULTS ?? '', emulator };
}

function queue(env: Environment): QueueConfig {
  if (env.QUEUE === 'postgres') return { kind: 'postgres' };
  return {
    kind: 'pubsub',
    topic: env.PUBSUB_TOPIC,
    subscription: env.PUBSUB_SUBSCRIPTION,
    maxMessages: env.PUBSUB_MAX_MESSAGES,
    deliveriesTopic: env.PUBSUB_DELIVERIES_TOPIC,
    transfersTopic: env.PUBSUB_TRANSFERS_TOPIC,
    emulator: env.PUBSUB_EMULATOR_HOST,
  };
}

function database(env: Environment): DatabaseConfig {
  if (env.DATABASE === 'embedded') return { kind: 'embedded' };
  if (env.DATABASE === 'url') return { kind: 'url', url: env.DATABASE_URL ?? '' };
  return {
    kind: 'cloudsql',
    instance: env.CLOUDSQL_INSTANCE ?? '',
    name: env.DATABASE_NAME,
    user: env.DATABASE_USER ?? '',
    address: env.CLOUDSQL_ADDRESS === 'private' ? 'PRIVATE' : 'PUBLIC',
  };
}

function oidc(env: Environment): OidcConfig | undefined {
  if (!env.OIDC_AUDIENCE?.length) return undefined;
  return {
    audiences: env.OIDC_AUDIENCE,
    callers: env.OIDC_CALLERS ?? [],
    signatureRemoved: env.OIDC_SIGNATURE === 'removed',
  };
}

/** Seconds. Cloud Run ends requests of events after 540 s or 600 s; elsewhere only this limit ends a conversion. */
function timeout(env: Environment, mode: Mode): number {
  return env.CONVERSION_TIMEOUT_SECONDS ?? (mode === 'functions' ? 540 : 3600);
}

/** Leaves time to stop ffmpeg, to write the row and to answer. */
function deadline(seconds: number): number {
  return seconds - Math.min(30, seconds / 10);
}

function limits(env: Environment, mode: Mode): Limits {
  return {
    uploadBytes: env.MAX_UPLOAD_BYTES,
    formBytes:
      mode === 'functions' ? Math.min(env.MAX_UPLOAD_BYTES, FUNCTION_FORM_BYTES) : env.MAX_UPLOAD_BYTES,
    resultBytes: env.MAX_RESULT_BYTES,
    durationSeconds: env.MAX_DURATION_SECONDS,
    conversionSeconds: timeout(env, mode),
    stallSeconds: env.STALL_TIMEOUT_SECONDS,
  };
}
