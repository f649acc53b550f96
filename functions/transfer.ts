import { createFunction } from '../lib/app/functions-framework.ts';

/** Fetches an original from its URL, or delivers a result,; registered as HTTP, see lib/http/events/decode.ts. */
export const transfer = createFunction('transfer');
