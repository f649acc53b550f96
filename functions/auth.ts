import { createFunction } from '../lib/function.ts';

/** Sign-up, log-in, refresh, log-out, and the public keys. */
export const auth = createFunction('auth');
