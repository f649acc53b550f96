import { createRoute, z } from '@hono/zod-openapi';
import type { Format } from '../../audio/formats/formats.ts';
import { describeOptions } from '../../audio/formats/options.ts';
import { createRouter, type Router } from '../router.ts';
import { LIMITS, type ShownLimits } from '../schemas/limits.ts';
import { json, problems } from '../schemas/responses.ts';

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
  responses: { 200: json(FORMATS, 'Formats and limits.'), ...problems() },
});

export function formatRoutes(formats: () => Promise<readonly Format[]>, limits: ShownLimits): Router {
  const router = createRouter();
  router.openapi(list, async (c) => {
    const shown = (await formats()).map((format) => {
      const { name, extension, mimeType, codec } = format;
      return { name, extension, mimeType, codec: codec.encoders[0].codec, options: describeOptions(format) };
    });
    const { uploadBytes, resultBytes, durationSeconds } = limits;
    return c.json({ formats: shown, limits: { uploadBytes, resultBytes, durationSeconds } }, 200);
  });
  return router;
}
