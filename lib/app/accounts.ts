import { availableParallelism } from 'node:os';
import { createPasswords, type Passwords } from '../accounts/passwords.ts';
import { createRefreshTokens } from '../accounts/refresh-tokens.ts';
import { type Auth, createAuth } from '../accounts/sessions.ts';
import { createTokens, type Tokens } from '../accounts/tokens.ts';
import { createCallerTokens } from '../http/google-id-tokens.ts';
import type { InternalCallers } from '../http/service-auth.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import type { Foundation } from './foundation.ts';
import { serviceCredential, signingKeys } from './secrets.ts';

/** Services that know users, and the callers of internal routes. */
export interface Accounts {
  passwords: Passwords;
  tokens: Lazy<Tokens>;
  auth: Lazy<Auth>;
  callers: InternalCallers;
}

export function openAccounts({ config, log, stores, surroundings }: Foundation): Accounts {
  const { clock, callerKeys: keys } = surroundings;
  const { oidc } = config;
  const passwords = createPasswords(availableParallelism());
  const tokens = lazy(async () =>
    createTokens(config.jwtPrivateKeys ?? (await signingKeys(config.data)), clock),
  );
  const auth = lazy(async () => {
    const { users, refreshTokens: store } = await stores();
    const refreshTokens = createRefreshTokens(store, clock);
    return createAuth({ users, passwords, refreshTokens, tokens: await tokens() });
  });
  const callers = {
    tokens: oidc && createCallerTokens({ ...oidc, keys, clock }),
    credential: lazy(async () => config.serviceCredential ?? serviceCredential(config.data)),
    log,
  };
  return { passwords, tokens, auth, callers };
}
