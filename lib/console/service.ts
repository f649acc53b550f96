import { createClient } from '../client/index.ts';
import { sessionChanged } from './session.ts';

/** The service, with the session of the page: its refresh token is in a cookie that scripts cannot read. */
export const service = createClient({ cookie: true, onSession: sessionChanged });
