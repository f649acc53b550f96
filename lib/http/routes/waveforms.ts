import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import { narrow, part, toJson } from '../../audio/waveform/peaks.ts';
import { createPictures } from '../../conversions/waveform-pictures.ts';
import type { Waveforms } from '../../conversions/waveforms.ts';
import { wholeNumber } from '../../runtime/whole-number.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { type Validators, validatorHeaders } from '../conditional-requests.ts';
import { createRouter, type Router } from '../router.ts';
import { ID, OF, TIME } from '../schemas/parameters.ts';
import { problems, SECURITY } from '../schemas/responses.ts';
import { CONDITIONS, NOT_MODIFIED, notModified, VALIDATORS, validatorsOf } from '../stored-file.ts';

export interface WaveformRouteDependencies {
  auth: Auth;
  waveforms: Waveforms;
}

const TYPES = { json: 'application/json', png: 'image/png' } as const;

/** Default size of a picture and the maximum of each side, in pixels. */
const SIZE = { width: 1000, height: 200, most: 4096 };

const MOST_WIDTH = 1_000_000;

const QUERY = z.object({
  of: OF,
  format: z.enum(['json', 'png'], { error: 'expected json or png' }).default('json'),
  width: wholeNumber(1, MOST_WIDTH)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: MOST_WIDTH,
      description: `Maximum width in pixels. PNG: default ${SIZE.width}, at most ${SIZE.most}; JSON: default all pixels.`,
    }),
  height: wholeNumber(1, SIZE.most)
    .default(SIZE.height)
    .openapi({ type: 'integer', minimum: 1, maximum: SIZE.most, description: 'Height of a PNG in pixels.' }),
  start: TIME.optional().openapi({ description: 'Seconds; the waveform begins there. Default: 0.' }),
  end: TIME.optional().openapi({ description: 'Seconds; the waveform ends there. Default: the end.' }),
});

/** Version 2 of the JSON format of audiowaveform (bbc/audiowaveform, doc/DataFormat.md). */
const WAVEFORM = z
  .object({
    version: z.literal(2),
    channels: z.literal(1),
    sample_rate: z.int().openapi({ description: 'Hz.' }),
    samples_per_pixel: z.int(),
    bits: z.literal(8),
    length: z.int().openapi({ description: 'Pixels.' }),
    data: z.array(z.int()).openapi({ description: 'Minimum and maximum sample of each pixel, alternating.' }),
  })
  .openapi('Waveform');

const route = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/waveform',
  operationId: 'getWaveform',
  summary: 'The waveform of the original or the result',
  description:
    'JSON for wavesurfer.js and peaks.js, or a PNG picture. Computed once, and kept as long as the file.',
  security: SECURITY,
  request: { params: ID, query: QUERY, headers: CONDITIONS },
  responses: {
    200: {
      description: 'The waveform.',
      headers: { ETag: VALIDATORS.ETag },
      content: {
        'application/json': { schema: WAVEFORM },
        'image/png': { schema: z.string().openapi({ format: 'binary' }) },
      },
    },
    ...NOT_MODIFIED,
    ...problems(400, 401, 403, 404, 409, 410, 412, 422, 503),
  },
});

export function waveformRoutes({ auth, waveforms }: WaveformRouteDependencies): Router {
  const router = createRouter();
  const draw = createPictures();
  router.use('/api/tasks/:id/waveform', bearer(auth));
  router.openapi(route, async (c) => {
    const { of, format, width, height, start, end } = c.req.valid('query');
    const { file, read } = await waveforms.find(principalOf(c).userId, c.req.valid('param').id, of);
    const validators = { etag: tagOf(await validatorsOf(file), c.req.valid('query')) };
    const caching = { 'Cache-Control': 'private, no-store' };
    const unchanged = notModified(c, validators, caching);
    if (unchanged) return unchanged;
    const headers = { ...caching, ...validatorHeaders(validators) };
    if (c.req.method === 'HEAD') return c.body(null, 200, { ...headers, 'Content-Type': TYPES[format] });
    const waveform = part(await read(), start, end);
    if (format === 'json')
      return c.json(toJson(width === undefined ? waveform : narrow(waveform, width)), 200, headers);
    const picture = await draw(waveform, Math.min(width ?? SIZE.width, SIZE.most), height);
    return c.body(new Uint8Array(picture), 200, { ...headers, 'Content-Type': TYPES.png });
  });
  return router;
}

/** A weak tag, since another release may draw the same waveform with other bytes. */
function tagOf({ etag }: Validators, { format, width, height, start, end }: z.output<typeof QUERY>): string {
  const [drawn, size] = [format === 'png' ? `-${height}` : '', width === undefined ? '' : `-${width}`];
  const window = start === undefined && end === undefined ? '' : `-${start ?? 0}to${end ?? ''}`;
  return `W/${etag.slice(0, -1)}-${format}${size}${drawn}${window}"`;
}
