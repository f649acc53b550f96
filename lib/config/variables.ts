import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isNetwork } from '../runtime/client-address.ts';
import type { FieldProblem } from '../runtime/errors.ts';
import { wholeNumber } from '../runtime/whole-number.ts';

/**
 * `local`: everything in one process; `vm`: API and worker processes that share files and database;
 * `functions`: one target under functions-framework, in the cloud or on a laptop.
 */
export type Mode = 'local' | 'vm' | 'functions';

const MIB = 1024 * 1024;

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `expected ${values.join(' or ')}` });

const bytes = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** 0 is no limit. */
const quota = wholeNumber(0, 1_000_000_000);

/** Texts separated by commas. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

/** The number of proxies in front, or their addresses. */
const proxies = z.string().transform((text, context): number | string[] => {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const networks = text.split(',').map((part) => part.trim());
  if (networks.every(isNetwork)) return networks;
  const message =
    'expected a number of proxies, or addresses and blocks such as 10.0.0.0/8 with commas between';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Addresses and blocks of them. */
const networks = list.transform((listed, context) => {
  if (listed.every(isNetwork)) return listed;
  const message = 'expected addresses and blocks such as 10.0.0.0/8 with commas between';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Addresses in lower case. */
const emails = list.transform((listed, context) => {
  if (listed.every((email) => z.email().safeParse(email).success))
    return listed.map((email) => email.toLowerCase());
  context.addIssue({ code: 'custom', message: 'expected email addresses with commas between' });
  return z.NEVER;
});

/** All origins, or those of a list, as browsers write them (RFC 6454, 6.2). */
const origins = z.string().transform((text, context): '*' | string[] => {
  if (text.trim() === '*') return '*';
  const listed = text.split(',').map((part) => part.trim());
  if (listed.every(isOrigin)) return listed;
  const message =
    'expected *, or origins such as https://audio.example.org with commas between: in lower case, without a path and without a standard port';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.parse(text)?.origin === text;
}

/** JSON such as {"api": "ann", "worker": "bob"}. */
const logins = z.string().transform((text, context) => {
  const parsed = z.record(z.string(), z.string().min(1)).safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'expected JSON such as {"api": "login", "worker": "login"}' });
  return z.NEVER;
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every variable that is read, its form and its default. A test holds the table of docs/configuration.md against it. */
export const VARIABLES = z.object({
  PORT: wholeNumber(0, 65_535).default(8080),
  TRUST_PROXY: proxies.optional(),
  CORS_ORIGINS: origins.optional(),
  TONEMILL_DATA: z.string().default('.tonemill'),
  STORAGE: oneOf(['nfs', 'gcs']).default('nfs'),
  NFS_ORIGINALS: z.string().optional(),
  NFS_RESULTS: z.string().optional(),
  GCS_ORIGINALS: z.string().optional(),
  GCS_RESULTS: z.string().optional(),
  STORAGE_EMULATOR_HOST: z.url('expected a URL such as http://127.0.0.1:4443').optional(),
  QUEUE: oneOf(['postgres', 'pubsub']).default('postgres'),
  PUBSUB_TOPIC: z.string().default('conversions'),
  PUBSUB_SUBSCRIPTION: z.string().default('conversions-worker'),
  PUBSUB_MAX_MESSAGES: wholeNumber(1, 100_000).default(40),
  PUBSUB_DELIVERIES_TOPIC: z.string().default('deliveries'),
  PUBSUB_TRANSFERS_TOPIC: z.string().default('transfers'),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  GOOGLE_CLOUD_PROJECT: z.string().optional(),
  DATABASE: oneOf(['embedded', 'url', 'cloudsql']).default('embedded'),
  DATABASE_URL: z.string().optional(),
  CLOUDSQL_INSTANCE: z
    .string()
    .regex(/^[^\s:]+(:[^\s:]+){2,3}$/, 'expected project:region:name')
    .optional(),
  CLOUDSQL_ADDRESS: oneOf(['private', 'public']).default('private'),
  DATABASE_NAME: z.string().default('tonemill'),
  DATABASE_USER: z.string().optional(),
  DATABASE_POOL: wholeNumber(1, 1000).default(10),
  DATABASE_GRANTS: logins.optional(),
  JWT_PRIVATE_KEYS: z.string().optional(),
  SERVICE_CREDENTIAL: z.string().min(16, 'expected at least 16 characters').optional(),
  OIDC_AUDIENCE: list.optional(),
  OIDC_CALLERS: list.optional(),
  OIDC_SIGNATURE: oneOf(['verify', 'removed']).default('verify'),
  FUNCTION_TARGET: z.string().optional(),
  K_SERVICE: z.string().optional(),
  FFMPEG_PATH: z.string().optional(),
  FFPROBE_PATH: z.string().optional(),
  PATH: z.string().default(''),
  SANDBOX: oneOf(['auto', 'required', 'off']).default('auto'),
  FFMPEG_FLOOR: oneOf(['warn', 'refuse']).default('warn'),
  API_PROCESSES: wholeNumber(1, 1024).default(availableParallelism()),
  CONVERSIONS: wholeNumber(1, 1024).default(availableParallelism()),
  SPLIT: oneOf(['auto', 'off']).default('off'),
  SPLIT_SECONDS: wholeNumber(60, 604_800).default(600),
  LOG_LEVEL: oneOf(['debug', 'info', 'warning', 'error']).default('info'),
  LOG_FORMAT: oneOf(['json', 'pretty']).optional(),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  METRICS_HOST: z.string().default('127.0.0.1'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('expected a URL such as http://127.0.0.1:4318').optional(),
  REGISTRATION: oneOf(['open', 'invite', 'closed']).default('open'),
  ADMIN_EMAILS: emails.default([]),
  REMOTE_USER_HEADER: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'expected the name of a header: letters, digits and hyphens')
    .optional(),
  GUEST: oneOf(['true', 'false']).default('true'),
  OUTBOUND_HTTP: oneOf(['true', 'false']).default('false'),
  OUTBOUND_ALLOWED_ADDRESSES: networks.default([]),
  DESTINATION_BUCKETS: list.default([]),
  PAUSED: oneOf(['true', 'false']).default('false'),
  REQUESTS_PER_USER: quota.optional(),
  REQUESTS_PER_ADDRESS: quota.optional(),
  FAILED_LOGINS: quota.default(10),
  FAILED_LOGINS_PER_ADDRESS: quota.default(100),
  SIGN_UPS_PER_ADDRESS: quota.optional(),
  MAX_OPEN_UPLOADS: quota.default(10_000),
  MAX_WAITING_TASKS: quota.default(20_000),
  MAX_RUNNING_TASKS: quota.default(1000),
  MAX_STORED_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
  MAX_AUDIO_MINUTES_PER_DAY: wholeNumber(0, 10_000_000).default(0),
  MIN_FREE_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(256 * MIB),
  RETENTION_DAYS: wholeNumber(0, 36_500).default(0),
  MAX_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  MAX_UPLOAD_BYTES: bytes.default(2048 * MIB),
  MAX_RESULT_BYTES: bytes.default(8192 * MIB),
  MAX_DURATION_SECONDS: wholeNumber(1, 604_800).default(43_200),
  CONVERSION_TIMEOUT_SECONDS: wholeNumber(1, 86_400).optional(),
  STALL_TIMEOUT_SECONDS: wholeNumber(1, 3600).default(30),
});

export type Environment = z.output<typeof VARIABLES>;

/** Problems of values that are valid alone but not together. */
export function contradictions(env: Environment, mode: Mode): FieldProblem[] {
  return [
    ...ofPorts(env),
    ...ofDatabase(env, mode),
    ...ofStorage(env, mode),
    ...ofCallers(env, mode),
    ...ofRetention(env),
    ...ofRemoteUser(env),
  ];
}

/** The two folders, absolute. On VMs they are the folders that the machines of the first generation mount. */
export function folders(env: Environment, mode: Mode): { originals: string; results: string } {
  const data = resolve(env.TONEMILL_DATA);
  const local = { originals: join(data, 'originals'), results: join(data, 'results') };
  const roots = mode === 'vm' ? SHARE : local;
  return {
    originals: resolve(env.NFS_ORIGINALS ?? roots.originals),
    results: resolve(env.NFS_RESULTS ?? roots.results),
  };
}

const SHARE = { originals: '/nfs/home/files', results: '/nfs/home/converted' };

function ofPorts({ PORT, METRICS_PORT }: Environment): FieldProblem[] {
  if (PORT === 0 || PORT !== METRICS_PORT) return [];
  return [{ path: 'METRICS_PORT', message: 'expected another port than PORT' }];
}

function ofDatabase(env: Environment, mode: Mode): FieldProblem[] {
  if (env.DATABASE === 'url') {
    return required(env, 'DATABASE_URL', 'expected a postgres:// URL, since DATABASE is url');
  }
  if (env.DATABASE === 'cloudsql') {
    const message = 'expected a value, since DATABASE is cloudsql';
    return [...required(env, 'CLOUDSQL_INSTANCE', message), ...required(env, 'DATABASE_USER', message)];
  }
  return mode === 'vm'
    ? [{ path: 'DATABASE', message: 'expected url or cloudsql, since several machines share it' }]
    : [];
}

/** With one root for both, each result would start another conversion, without end. */
function ofStorage(env: Environment, mode: Mode): FieldProblem[] {
  const own = [env.GCS_ORIGINALS, env.GCS_RESULTS].find(
    (name) => name && env.DESTINATION_BUCKETS.includes(name),
  );
  if (own !== undefined)
    return [{ path: 'DESTINATION_BUCKETS', message: 'expected no bucket of the service itself' }];
  const other = (path: string, than: string) => ({ path, message: `expected another place than ${than}` });
  if (env.STORAGE === 'nfs') {
    const { originals, results } = folders(env, mode);
    return originals === results ? [other('NFS_RESULTS', 'NFS_ORIGINALS')] : [];
  }
  const message = 'expected the name of a bucket, since STORAGE is gcs';
  const missing = [...required(env, 'GCS_ORIGINALS', message), ...required(env, 'GCS_RESULTS', message)];
  if (missing.length > 0) return missing;
  return env.GCS_ORIGINALS === env.GCS_RESULTS ? [other('GCS_RESULTS', 'GCS_ORIGINALS')] : [];
}

function ofRetention({ RETENTION_DAYS, MAX_RETENTION_DAYS = RETENTION_DAYS }: Environment): FieldProblem[] {
  if (MAX_RETENTION_DAYS >= RETENTION_DAYS) return [];
  const message = `expected at least ${RETENTION_DAYS}, the value of RETENTION_DAYS`;
  return [{ path: 'MAX_RETENTION_DAYS', message }];
}

/** A number of proxies does not tell which peer is one, and any peer could send the header. */
function ofRemoteUser({ REMOTE_USER_HEADER: header, TRUST_PROXY: proxies }: Environment): FieldProblem[] {
  if (header === undefined || Array.isArray(proxies)) return [];
  const message =
    'expected the addresses of the proxies, since REMOTE_USER_HEADER is believed from them alone';
  return [{ path: 'TRUST_PROXY', message }];
}

/** Functions that only the platform calls. */
const EVENT_TARGETS: ReadonlySet<string> = new Set([
  'uploaded',
  'convert',
  'transfer',
  'dead-letter',
  'sweep',
]);

/** In the cloud every internal route needs a token of its caller. */
function ofCallers(env: Environment, mode: Mode): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (mode === 'functions' && isInCloud(env)) {
    const message = 'expected the audience of the tokens that internal callers send';
    problems.push(...required(env, 'OIDC_AUDIENCE', message));
    if (EVENT_TARGETS.has(env.FUNCTION_TARGET ?? '')) {
      problems.push(...required(env, 'OIDC_CALLERS', 'expected the accounts that call this function'));
    }
  }
  if (env.OIDC_SIGNATURE === 'removed' && env.K_SERVICE === undefined) {
    problems.push({ path: 'OIDC_SIGNATURE', message: 'expected verify; only Cloud Run removes signatures' });
  }
  return problems;
}

/** Whether a service of Google is used that is not an emulator. */
function isInCloud(env: Environment): boolean {
  return (
    env.K_SERVICE !== undefined ||
    env.DATABASE === 'cloudsql' ||
    (env.STORAGE === 'gcs' && env.STORAGE_EMULATOR_HOST === undefined) ||
    (env.QUEUE === 'pubsub' && env.PUBSUB_EMULATOR_HOST === undefined)
  );
}

function required(env: Environment, path: keyof Environment, message: string): FieldProblem[] {
  const value = env[path];
  const missing = value === undefined || (Array.isArray(value) && value.length === 0);
  return missing ? [{ path, message }] : [];
}
