import { createFunction } from '../lib/app/functions-framework.ts';

/** Sign-up, log-in, refresh, log-out, and the public keys. */
export const auth = createFunction('auth');
