import { createFunction } from '../lib/app/functions-framework.ts';

/** Runs one conversion for each Pub/Sub message; registered as HTTP, see lib/http/events/decode.ts. */
export const convert = createFunction('convert');
