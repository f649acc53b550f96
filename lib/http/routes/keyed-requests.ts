import { z } from '@hono/zod-openapi';
import { KEY_PATTERN, MOST_CHARACTERS } from '../idempotency-key.ts';
import { textHeader } from '../schemas/responses.ts';

/** Header of routes that create, for the OpenAPI document; `Idempotency` reads it. */
export const IDEMPOTENCY_KEY = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({
      description: `Names this request: 1 to ${MOST_CHARACTERS} printable ASCII characters, bare or in quotes. The same request with the same key gets the first answer again for 24 hours.`,
      pattern: KEY_PATTERN,
      example: '5f0c4a7e-6d0b-4f1c-9f59-0d6a6f0b9f3e',
    }),
});

/** Header of answers that are given again. */
export const REPLAYED = {
  'Idempotent-Replayed': textHeader(
    '`true` if the request with this Idempotency-Key was carried out before.',
  ),
};
