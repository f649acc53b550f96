import type { Environment } from '../../lib/config/variables.ts';

type Variable = keyof Environment;

/** Who reads a variable, or why it is set nowhere. */
export type Readers<T extends string> = Readonly<Record<Variable, readonly T[] | string>>;

/** The functions; each has a service of its own. */
export const EVERY = ['api', 'auth', 'convert', 'dead-letter', 'site', 'sweep', 'tasks', 'uploaded'] as const;
type FunctionName = (typeof EVERY)[number];

const NEITHER = {
  STORAGE_EMULATOR_HOST: 'for tests and laptops',
  PUBSUB_EMULATOR_HOST: 'for tests and laptops',
  DATABASE_GRANTS: 'read by the migration job',
  DATABASE_URL: 'read where DATABASE is url: by the migration job',
  FUNCTION_TARGET: 'the module of a service sets it',
  K_SERVICE: 'Cloud Run sets it',
  LOG_FORMAT: 'by whether the output is a terminal',
  LOG_LEVEL: 'its default fits',
  STALL_TIMEOUT_SECONDS: 'its default fits',
  GUEST: 'read in local mode',
  SANDBOX: 'the strongest that the machine allows',
  FFMPEG_FLOOR: 'its default fits',
  OUTBOUND_HTTP: 'its default fits',
  DESTINATION_BUCKETS: 'its default fits',
  OUTBOUND_ALLOWED_ADDRESSES: 'its default fits',
  REQUESTS_PER_USER: 'its default fits',
  REQUESTS_PER_ADDRESS: 'its default fits',
  FAILED_LOGINS: 'its default fits',
  FAILED_LOGINS_PER_ADDRESS: 'its default fits',
  SIGN_UPS_PER_ADDRESS: 'its default fits',
  MAX_OPEN_UPLOADS: 'its default fits',
  MAX_WAITING_TASKS: 'its default fits',
  MAX_STORED_BYTES: 'its default fits',
  MAX_AUDIO_MINUTES_PER_DAY: 'its default fits',
  MIN_FREE_BYTES: 'its default fits',
} satisfies Partial<Record<Variable, string>>;

export const FUNCTIONS: Readers<FunctionName> = {
  ...NEITHER,
  PORT: 'Cloud Run sets it',
  TRUST_PROXY: ['api', 'auth', 'site', 'tasks'],
  CORS_ORIGINS: ['api', 'auth', 'site', 'tasks'],
  TONEMILL_DATA: EVERY,
  STORAGE: EVERY,
  NFS_ORIGINALS: 'read where STORAGE is nfs',
  NFS_RESULTS: 'read where STORAGE is nfs',
  GCS_ORIGINALS: EVERY,
  GCS_RESULTS: EVERY,
  QUEUE: EVERY,
  PUBSUB_TOPIC: EVERY,
  PUBSUB_MAX_MESSAGES: EVERY,
  PUBSUB_SUBSCRIPTION: 'read by workers that pull',
  GOOGLE_CLOUD_PROJECT: EVERY,
  DATABASE: EVERY,
  CLOUDSQL_INSTANCE: EVERY,
  CLOUDSQL_ADDRESS: EVERY,
  DATABASE_NAME: EVERY,
  DATABASE_USER: EVERY,
  DATABASE_POOL: EVERY,
  JWT_PRIVATE_KEYS: ['api', 'auth', 'tasks'],
  SERVICE_CREDENTIAL: ['api', 'tasks'],
  OIDC_AUDIENCE: EVERY,
  OIDC_CALLERS: EVERY,
  OIDC_SIGNATURE: EVERY,
  FFMPEG_PATH: 'found in the bundle',
  FFPROBE_PATH: 'found in the bundle',
  PATH: 'the image sets it',
  API_PROCESSES: 'the platform runs one process for each instance',
  CONVERSIONS: ['convert'],
  PAUSED: EVERY,
  RETENTION_DAYS: EVERY,
  MAX_RETENTION_DAYS: EVERY,
  MAX_UPLOAD_BYTES: EVERY,
  MAX_RESULT_BYTES: EVERY,
  MAX_DURATION_SECONDS: EVERY,
  CONVERSION_TIMEOUT_SECONDS: ['convert'],
};

/** What a machine is for. */
export const ROLES = ['api', 'worker'] as const;
type Role = (typeof ROLES)[number];

export const MACHINES: Readers<Role> = {
  ...NEITHER,
  PORT: ['api'],
  TRUST_PROXY: ['api'],
  CORS_ORIGINS: ['api'],
  TONEMILL_DATA: ROLES,
  STORAGE: ROLES,
  NFS_ORIGINALS: ROLES,
  NFS_RESULTS: ROLES,
  GCS_ORIGINALS: 'read where STORAGE is gcs',
  GCS_RESULTS: 'read where STORAGE is gcs',
  QUEUE: ROLES,
  PUBSUB_TOPIC: ROLES,
  PUBSUB_MAX_MESSAGES: ROLES,
  PUBSUB_SUBSCRIPTION: ROLES,
  GOOGLE_CLOUD_PROJECT: ROLES,
  DATABASE: ROLES,
  CLOUDSQL_INSTANCE: ROLES,
  CLOUDSQL_ADDRESS: ROLES,
  DATABASE_NAME: ROLES,
  DATABASE_USER: ROLES,
  DATABASE_POOL: ROLES,
  JWT_PRIVATE_KEYS: ['api'],
  SERVICE_CREDENTIAL: ['api'],
  OIDC_AUDIENCE: 'internal callers show the credential',
  OIDC_CALLERS: 'internal callers show the credential',
  OIDC_SIGNATURE: 'internal callers show the credential',
  FFMPEG_PATH: ROLES,
  FFPROBE_PATH: ROLES,
  PATH: 'systemd sets it',
  API_PROCESSES: 'its default is the cores of the machine',
  CONVERSIONS: ['worker'],
  PAUSED: ROLES,
  RETENTION_DAYS: ROLES,
  MAX_RETENTION_DAYS: ROLES,
  MAX_UPLOAD_BYTES: ROLES,
  MAX_RESULT_BYTES: ROLES,
  MAX_DURATION_SECONDS: ROLES,
  CONVERSION_TIMEOUT_SECONDS: 'its default fits',
};

/** What stands for a value that only Terraform knows. */
export const SAMPLES: Readonly<Record<string, string>> = {
  CORS_ORIGINS: 'https://audio.example.org',
  GCS_ORIGINALS: 'example-originals',
  GCS_RESULTS: 'example-results',
  NFS_ORIGINALS: '/nfs/home/files',
  NFS_RESULTS: '/nfs/home/converted',
  CLOUDSQL_INSTANCE: 'example:europe-west1:tonemill',
  JWT_PRIVATE_KEYS: '{"keys":[]}',
  SERVICE_CREDENTIAL: 'sixteen characters',
  OIDC_SIGNATURE: 'verify',
  OIDC_AUDIENCE: 'https://audio.example.com/functions/example',
  PAUSED: 'false',
};
