import { createRoute, z } from '@hono/zod-openapi';
import type { Format } from '../../audio/formats/formats.ts';
import { describeOptions } from '../../audio/formats/options.ts';
import { memoryFile } from '../memory-file.ts';
import { createRouter, type Router } from '../router.ts';
import { LIMITS, type ShownLimits } from '../schemas/limits.ts';
import { json, problems, textHeader } from '../schemas/responses.ts';
import { CONDITIONS, VALIDATORS } from '../stored-file.ts';

const FORMAT = z
  .object({
    name: z.string().openapi({ example: 'mp3' }),
    extension: z.string(),
    mimeType: z.string(),
    codec: z.string(),
    options: z.record(z.string(), z.unknown()).openapi({ description: 'JSON Schema of `options`.' }),
  })
  .openapi('Format');

const FORMATS = z.object({ formats: z.array(FORMAT), limits: LIMITS }).openapi('Formats');

const list = createRoute({
  method: 'get',
  path: '/api/formats',
  operationId: 'listFormats',
  summary: 'Output formats and limits',
  request: { headers: CONDITIONS.pick({ 'if-match': true, 'if-none-match': true }) },
  responses: {
    200: {
      ...json(FORMATS, 'Formats and limits.'),
      headers: {
        ETag: VALIDATORS.ETag,
        'Content-Encoding': textHeader('gzip or br, if the client takes it.'),
      },
    },
    304: { description: 'The client already has them.', headers: { ETag: VALIDATORS.ETag } },
    ...problems(412),
  },
});

export function formatRoutes(formats: () => Promise<readonly Format[]>, limits: ShownLimits): Router {
  const router = createRouter();
  // They stay the same while the process runs. The schemas of all formats are alike, and a thirtieth when they are compressed.
  const answer = memoryFile({
    load: async () => JSON.stringify(await shownFormats(formats, limits)),
    headers: { 'Content-Type': 'application/json' },
    caching: 'no-cache',
  });
  router.openapi(list, (c) => answer(c));
  return router;
}

async function shownFormats(
  formats: () => Promise<readonly Format[]>,
  { uploadBytes, resultBytes, durationSeconds }: ShownLimits,
): Promise<z.input<typeof FORMATS>> {
  const shown = (await formats()).map((format) => {
    const { name, extension, mimeType, codec } = format;
    return { name, extension, mimeType, codec: codec.encoders[0].codec, options: describeOptions(format) };
  });
  return { formats: shown, limits: { uploadBytes, resultBytes, durationSeconds } };
}
