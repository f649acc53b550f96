import { createFunction } from '../lib/app/functions-framework.ts';

/** Pub/Sub message to one conversion; registered as HTTP, see lib/http/events/decode.ts. */
export const convert = createFunction('convert');
