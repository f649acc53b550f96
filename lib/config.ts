import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError, type FieldProblem } from './errors.ts';

/** `functions`: one target under functions-framework; `local`: everything in one process. */
export type Mode = 'local' | 'functions';

export interface Config {
  readonly mode: Mode;
  /** HTTP port; 0 picks a free one. */
  readonly port: number;
  /** Folder of what local mode keeps, absolute. */
  readonly data: string;
  /** Folder for private working files, absolute. */
  readonly work: string;
  readonly storage: { readonly originals: string; readonly results: string };
  readonly database: { readonly kind: 'embedded' } | { readonly kind: 'url'; readonly url: string };
  /** Connections of one process, besides those of its queue. */
  readonly databasePool: number;
  /** JWK set as JSON; undefined: a file in the data folder. */
  readonly jwtPrivateKeys: string | undefined;
  /** Secret of internal callers; undefined: a file in the data folder. */
  readonly serviceCredential: string | undefined;
  readonly ffmpegPath: string | undefined;
  readonly ffprobePath: string | undefined;
  /** Where programs are looked for. */
  readonly path: string;
  /** Conversions at once in this process. */
  readonly conversions: number;
  /** Acknowledge bells, convert nothing. */
  readonly paused: boolean;
  readonly limits: Limits;
}

/** Bytes and seconds. */
export interface Limits {
  readonly uploadBytes: number;
  readonly resultBytes: number;
  readonly durationSeconds: number;
  readonly conversionSeconds: number;
  readonly stallSeconds: number;
}

const MIB = 1024 * 1024;

/** A Cloud Run function takes 32 MiB with everything, which leaves 31 MiB for a file. */
const FUNCTION_UPLOAD_BYTES = 31 * MIB;

const whole = (least: number, most: number) =>
  z.coerce
    .number({ error: `expected a whole number from ${least} to ${most}` })
    .int(`expected a whole number from ${least} to ${most}`)
    .min(least, `expected a whole number from ${least} to ${most}`)
    .max(most, `expected a whole number from ${least} to ${most}`);

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `expected ${values.join(' or ')}` });

const bytes = whole(1, Number.MAX_SAFE_INTEGER);

/** Every variable that is read, its form and its default; the README's table is tested against it. */
export const VARIABLES = z.object({
  PORT: whole(0, 65_535).default(8080),
  TONEMILL_DATA: z.string().default('.tonemill'),
  NFS_ORIGINALS: z.string().optional(),
  NFS_RESULTS: z.string().optional(),
  DATABASE: oneOf(['embedded', 'url']).default('embedded'),
  DATABASE_URL: z.string().optional(),
  DATABASE_POOL: whole(1, 1000).default(10),
  JWT_PRIVATE_KEYS: z.string().optional(),
  SERVICE_CREDENTIAL: z.string().min(16, 'expected at least 16 characters').optional(),
  FFMPEG_PATH: z.string().optional(),
  FFPROBE_PATH: z.string().optional(),
  PATH: z.string().default(''),
  CONVERSIONS: whole(1, 1024).default(availableParallelism()),
  PAUSED: oneOf(['true', 'false']).default('false'),
  MAX_UPLOAD_BYTES: bytes.default(2048 * MIB),
  MAX_RESULT_BYTES: bytes.default(8192 * MIB),
  MAX_DURATION_SECONDS: whole(1, 604_800).default(43_200),
  CONVERSION_TIMEOUT_SECONDS: whole(1, 86_400).default(3600),
  STALL_TIMEOUT_SECONDS: whole(1, 3600).default(30),
});

type Environment = z.output<typeof VARIABLES>;

/**
 * Reads the configuration from the environment; an empty value counts as none.
 * Throws `misconfigured` with every problem in one error.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, mode: Mode = 'local'): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = VARIABLES.safeParse(given);
  const problems = parsed.success ? missing(parsed.data) : parsed.error.issues.map(problem);
  if (!parsed.success || problems.length > 0) throw misconfigured(problems);
  return Object.freeze(assemble(parsed.data, mode));
}

function problem(issue: { path: PropertyKey[]; message: string }): FieldProblem {
  return { path: issue.path.join('.'), message: issue.message };
}

function missing(env: Environment): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (env.DATABASE === 'url' && env.DATABASE_URL === undefined) {
    problems.push({ path: 'DATABASE_URL', message: 'expected a postgres:// URL, since DATABASE is url' });
  }
  return problems;
}

function misconfigured(details: FieldProblem[]): AppError {
  const sentence = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new AppError('misconfigured', `The environment is not usable. ${sentence}.`, { details });
}

function assemble(env: Environment, mode: Mode): Config {
  const data = resolve(env.TONEMILL_DATA);
  const embedded = env.DATABASE === 'embedded';
  return {
    mode,
    port: env.PORT,
    data,
    work: embedded ? join(data, 'work') : join(tmpdir(), 'tonemill'),
    storage: {
      originals: env.NFS_ORIGINALS ? resolve(env.NFS_ORIGINALS) : join(data, 'originals'),
      results: env.NFS_RESULTS ? resolve(env.NFS_RESULTS) : join(data, 'results'),
    },
    database: embedded ? { kind: 'embedded' } : { kind: 'url', url: env.DATABASE_URL ?? '' },
    databasePool: env.DATABASE_POOL,
    jwtPrivateKeys: env.JWT_PRIVATE_KEYS,
    serviceCredential: env.SERVICE_CREDENTIAL,
    ffmpegPath: env.FFMPEG_PATH,
    ffprobePath: env.FFPROBE_PATH,
    path: env.PATH,
    conversions: env.CONVERSIONS,
    paused: env.PAUSED === 'true',
    limits: limits(env, mode),
  };
}

function limits(env: Environment, mode: Mode): Limits {
  return {
    uploadBytes:
      mode === 'functions' ? Math.min(env.MAX_UPLOAD_BYTES, FUNCTION_UPLOAD_BYTES) : env.MAX_UPLOAD_BYTES,
    resultBytes: env.MAX_RESULT_BYTES,
    durationSeconds: env.MAX_DURATION_SECONDS,
    conversionSeconds: env.CONVERSION_TIMEOUT_SECONDS,
    stallSeconds: env.STALL_TIMEOUT_SECONDS,
  };
}
