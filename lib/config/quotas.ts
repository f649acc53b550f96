import type { Environment, Mode } from './variables.ts';

/** Quotas of one user or one address, in a time or at one time; 0 is no limit. */
export interface Quotas {
  /** Requests in a minute. */
  readonly requestsOfUser: number;
  readonly requestsOfAddress: number;
  /** Wrong passwords in 15 minutes: for one account from one address, and from one address. */
  readonly failedLogIns: number;
  readonly failedLogInsOfAddress: number;
  /** New accounts from one address in an hour. */
  readonly signUps: number;
  /** Tasks whose original has not come, and tasks that wait for their conversion. */
  readonly openUploads: number;
  readonly waitingTasks: number;
  /** Tasks that are converted at one time. */
  readonly runningTasks: number;
  /** Bytes of originals and results. */
  readonly storedBytes: number;
  /** Minutes of audio that are converted within a day. */
  readonly audioMinutes: number;
}

/** Defaults of a service for others, and of a program whose clients are on the same machine. */
const QUOTAS = { requestsOfUser: 6000, requestsOfAddress: 12_000, signUps: 100 };
const LOCAL_QUOTAS = { requestsOfUser: 600_000, requestsOfAddress: 1_200_000, signUps: 1000 };

export function quotas(env: Environment, mode: Mode): Quotas {
  const defaults = mode === 'local' ? LOCAL_QUOTAS : QUOTAS;
  return {
    requestsOfUser: env.REQUESTS_PER_USER ?? defaults.requestsOfUser,
    requestsOfAddress: env.REQUESTS_PER_ADDRESS ?? defaults.requestsOfAddress,
    failedLogIns: env.FAILED_LOGINS,
    failedLogInsOfAddress: env.FAILED_LOGINS_PER_ADDRESS,
    signUps: env.SIGN_UPS_PER_ADDRESS ?? defaults.signUps,
    openUploads: env.MAX_OPEN_UPLOADS,
    waitingTasks: env.MAX_WAITING_TASKS,
    runningTasks: env.MAX_RUNNING_TASKS,
    storedBytes: env.MAX_STORED_BYTES,
    audioMinutes: env.MAX_AUDIO_MINUTES_PER_DAY,
  };
}
