import { createFunction } from '../lib/function.ts';

/** google.cloud.storage.object.v1.finalized: an original has come; registered as HTTP, see lib/events.ts. */
export const uploaded = createFunction('uploaded');
