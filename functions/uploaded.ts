import { createFunction } from '../lib/app/functions-framework.ts';

/** google.cloud.storage.object.v1.finalized: an original was received; registered as HTTP, see lib/http/events/decode.ts. */
export const uploaded = createFunction('uploaded');
