import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Auth } from '../../accounts/sessions.ts';
import type { FileViews } from '../../conversions/file-views.ts';
import type { MeasuredLoudness } from '../../conversions/measured-loudness.ts';
import { AppError } from '../../runtime/errors.ts';
import { wholeNumber } from '../../runtime/whole-number.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { type Validators, validatorHeaders } from '../conditional-requests.ts';
import { createRouter, type Router } from '../router.ts';
import { LOUDNESS } from '../schemas/media.ts';
import { ID, OF, TIME } from '../schemas/parameters.ts';
import { json, orNull, problems, SECURITY } from '../schemas/responses.ts';
import { CONDITIONS, NOT_MODIFIED, notModified, VALIDATORS, validatorsOf } from '../stored-file.ts';

export interface AnalysisRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  loudness: MeasuredLoudness;
  fileViews: Pick<FileViews, 'find' | 'spectrum'>;
}

const FAILURES = problems(400, 401, 403, 404, 409, 410, 412, 422, 503);

const loudnessRoute = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/loudness',
  operationId: 'getLoudness',
  summary: 'Loudness and true peak of the original or the result',
  description:
    'By EBU R128; null if there is too little sound. Measured at the first request, which decodes the whole file, and kept as long as the file.',
  security: SECURITY,
  request: { params: ID, query: z.object({ of: OF }), headers: CONDITIONS },
  responses: {
    200: { ...json(orNull(LOUDNESS), 'The loudness.'), headers: { ETag: VALIDATORS.ETag } },
    ...NOT_MODIFIED,
    ...FAILURES,
  },
});

/** Pixels of each side, and seconds of one picture. */
const SIZE = { width: 800, height: 256, least: 16, most: 2048 };
const MOST_SECONDS = 60;

const side = (size: number, description: string) =>
  wholeNumber(SIZE.least, SIZE.most)
    .default(size)
    .openapi({ type: 'integer', minimum: SIZE.least, maximum: SIZE.most, description });

const WINDOW = z.object({
  of: OF,
  start: TIME.default(0).openapi({ description: 'Seconds.' }),
  end: TIME.optional().openapi({
    description: `Seconds, at most ${MOST_SECONDS} after start. Default: 10 after start.`,
  }),
  width: side(SIZE.width, 'Pixels.'),
  height: side(SIZE.height, 'Pixels; the highest row is half of the sample rate.'),
});

const spectrogramRoute = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/spectrogram',
  operationId: 'getSpectrogram',
  summary: 'A picture of the frequencies in a part of the original or the result',
  description:
    'Linear frequencies from 0 at the bottom, all channels mixed, with 100 dB from black to white.',
  security: SECURITY,
  request: { params: ID, query: WINDOW, headers: CONDITIONS },
  responses: {
    200: {
      description: 'The picture.',
      headers: { ETag: VALIDATORS.ETag },
      content: { 'image/png': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...NOT_MODIFIED,
    ...FAILURES,
  },
});

/** Browsers keep an answer, and ask whether the file is still the same. */
const CACHING = { 'Cache-Control': 'private, no-cache' };

export function analysisRoutes({ auth, loudness, fileViews }: AnalysisRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/tasks/:id/loudness', bearer(auth));
  router.use('/api/tasks/:id/spectrogram', bearer(auth));
  router.openapi(loudnessRoute, async (c) => {
    const { of } = c.req.valid('query');
    const { file, read } = await loudness.find(principalOf(c).userId, c.req.valid('param').id, of);
    const validators = tagged(await validatorsOf(file), 'loudness');
    return notModified(c, validators, CACHING) ?? c.json(await read(), 200, headersOf(validators));
  });
  router.openapi(spectrogramRoute, async (c) => {
    const { of, start, end = start + 10, width, height } = c.req.valid('query');
    const seconds = end - start;
    if (seconds <= 0 || seconds > MOST_SECONDS) throw noWindow();
    const file = await fileViews.find(principalOf(c).userId, c.req.valid('param').id, of);
    const validators = tagged(await validatorsOf(file), `${start}to${end}-${width}-${height}`);
    const unchanged = notModified(c, validators, CACHING);
    if (unchanged) return unchanged;
    const window = { start, seconds, width, height };
    const picture = await fileViews.spectrum(file, window, signalOf(c));
    return c.body(new Uint8Array(picture), 200, { ...headersOf(validators), 'Content-Type': 'image/png' });
  });
  return router;
}

/** A client that has gone needs no picture. */
function signalOf(c: Context): AbortSignal {
  return c.req.raw.signal;
}

/** A weak tag, since another release may measure or draw the same file otherwise. */
function tagged({ etag }: Validators, what: string): Validators {
  return { etag: `W/${etag.slice(0, -1)}-${what}"` };
}

function headersOf(validators: Validators): Record<string, string> {
  return { ...CACHING, ...validatorHeaders(validators) };
}

function noWindow(): AppError {
  const message = `expected a time after start, by at most ${MOST_SECONDS} s`;
  return new AppError('invalid_request', `The request is not valid. end: ${message}.`, {
    details: [{ path: 'end', message }],
  });
}
