import { availableParallelism } from 'node:os';
import { type Administration, createAdministration } from '../accounts/administration.ts';
import { type ApiKeys, createApiKeys } from '../accounts/api-keys.ts';
import { createEndedSessions, type EndedSessions } from '../accounts/ended-sessions.ts';
import { createInvitations, type Invitations } from '../accounts/invitations.ts';
import { createPasswords, type Passwords } from '../accounts/passwords.ts';
import { createRefreshTokens } from '../accounts/refresh-tokens.ts';
import { createRegistrations, type Registrations } from '../accounts/registration.ts';
import { type Auth, createAuth } from '../accounts/sessions.ts';
import { openSigningKeys } from '../accounts/signing-keys.ts';
import { createTokens, type Tokens } from '../accounts/tokens.ts';
import type { Config } from '../config/config.ts';
import { createCallerTokens } from '../http/google-id-tokens.ts';
import type { InternalCallers } from '../http/service-auth.ts';
import { createLogInLimits, type LogInLimits } from '../limits/log-in-limits.ts';
import { createRequestLimits, type RequestLimits } from '../limits/request-limits.ts';
import { createUserLimits, type UserLimits } from '../limits/user-limits.ts';
import type { IdempotencyStore } from '../ports/idempotency.ts';
import type { Limits } from '../ports/user-limits.ts';
import { deferred } from '../runtime/deferred.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import { createTextSealer, type TextSealer } from '../runtime/sealed-text.ts';
import type { Foundation } from './foundation.ts';
import { serviceCredential, signingKeys } from './secrets.ts';

/** Services that know users, and the callers of internal routes. */
export interface Accounts {
  passwords: Passwords;
  tokens: Lazy<Tokens>;
  auth: Lazy<Auth>;
  apiKeys: Lazy<ApiKeys>;
  endedSessions: Lazy<EndedSessions>;
  idempotencyStore: Lazy<IdempotencyStore>;
  /** Encrypts answers to requests with an Idempotency-Key. */
  answerSealer: Lazy<TextSealer>;
  callers: InternalCallers;
  requestLimits: RequestLimits;
  logInLimits: Lazy<LogInLimits>;
  userLimits: UserLimits;
  registrations: Lazy<Registrations>;
  invitations: Lazy<Invitations>;
  administration: Lazy<Administration>;
}

export function openAccounts({ config, log, stores, surroundings }: Foundation): Accounts {
  const { quotas } = config;
  const { clock, callerKeys } = surroundings;
  const { oidc } = config;
  const passwords = createPasswords(coresOf(config));
  const keys = lazy(() =>
    openSigningKeys(async () => config.jwtPrivateKeys ?? signingKeys(config.data), clock),
  );
  const tokens = lazy(async () => createTokens(await keys(), clock));
  const apiKeys = lazy(async () => createApiKeys((await stores()).apiKeys, clock));
  const endedSessions = lazy(async () => createEndedSessions((await stores()).users));
  const { registration, adminEmails } = config;
  const userLimits = deferred(
    lazy(async () => createUserLimits((await stores()).userLimits, limitsOf(config))),
  );
  const requestLimits = deferred(
    lazy(async () => createRequestLimits((await stores()).rateLimits, quotas, userLimits)),
  );
  const registrations = lazy(async () => {
    const { invitations } = await stores();
    return createRegistrations({ registration, adminEmails, invitations });
  });
  const administration = lazy(async () => {
    const { users, administration: store, groups, userLimits: limits } = await stores();
    const ended = await endedSessions();
    return createAdministration({
      adminEmails,
      users,
      store,
      groups,
      userLimits: limits,
      endedSessions: ended,
    });
  });
  const logInLimits = lazy(async () => createLogInLimits((await stores()).rateLimits, quotas));
  const auth = lazy(async () => {
    const { users, refreshTokens: store } = await stores();
    const refreshTokens = createRefreshTokens(store, clock);
    return createAuth({
      users,
      passwords,
      refreshTokens,
      tokens: await tokens(),
      apiKeys: deferred(apiKeys),
      endedSessions: await endedSessions(),
      requestLimits,
      logInLimits: await logInLimits(),
      registrations: await registrations(),
    });
  });
  const callers = {
    tokens: oidc && createCallerTokens({ ...oidc, keys: callerKeys, clock }),
    credential: lazy(async () => config.serviceCredential ?? serviceCredential(config.data)),
    log,
  };
  return {
    passwords,
    tokens,
    auth,
    apiKeys,
    endedSessions,
    idempotencyStore: lazy(async () => (await stores()).idempotency),
    answerSealer: lazy(async () => createTextSealer((await keys()).secrets)),
    callers,
    requestLimits,
    logInLimits,
    userLimits,
    registrations,
    invitations: lazy(async () => createInvitations((await stores()).invitations, clock)),
    administration,
  };
}

/** Limits of users who have no others. */
function limitsOf({ quotas, limits, retention }: Config): Limits {
  const {
    requestsOfUser: requests,
    openUploads,
    waitingTasks,
    runningTasks,
    storedBytes,
    audioMinutes,
  } = quotas;
  const { uploadBytes, durationSeconds } = limits;
  const counts = { openUploads, waitingTasks, runningTasks, storedBytes, audioMinutes };
  return { requests, ...counts, uploadBytes, durationSeconds, retentionDays: retention.days, formats: null };
}

/** Cores for the passwords of one process: those of the machine are shared by all processes of the API. */
function coresOf({ mode, apiProcesses }: Config): number {
  const cores = availableParallelism();
  return mode === 'vm' ? Math.ceil(cores / apiProcesses) : cores;
}
