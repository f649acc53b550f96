import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { Probes } from '../../conversions/file-probe.ts';
import type { Places } from '../../runtime/places.ts';
import type { Workspaces } from '../../runtime/working-folders.ts';
import { saveFormFile } from '../../uploads/form-file.ts';
import { bearer } from '../bearer-auth.ts';
import { formsInPlaces } from '../forms-in-places.ts';
import { formRequest, readForm } from '../multipart-form.ts';
import { createRouter, type Router, validated } from '../router.ts';
import { MEDIA, mediaJson } from '../schemas/media.ts';
import { json, orNull, problems, SECURITY } from '../schemas/responses.ts';
import { shownKind } from '../shown-pictures.ts';

export interface ProbeRouteDependencies {
  auth: Auth;
  probes: Probes;
  workspaces: Workspaces;
  /** Requests at once in this process. */
  places: Places;
  /** Maximum size of one file in a form, in bytes. */
  formBytes: number;
}

const QUERY = z.object({
  loudness: z
    .enum(['true', 'false'], { error: 'expected true or false' })
    .default('false')
    .openapi({ description: 'Whether to measure the loudness as well, which decodes the whole file.' }),
  cover: z
    .enum(['true', 'false'], { error: 'expected true or false' })
    .default('false')
    .openapi({ description: 'Whether to answer the cover as well.' }),
});

const PROBED = MEDIA.extend({
  cover: orNull(z.string()).optional().openapi({
    description:
      'The front cover or the first picture, as a `data:` URL, if it was asked for. Null without one, or for one that browsers do not show.',
  }),
}).openapi('ProbedFile');

const FORM = z.object({ audio: z.string().openapi({ format: 'binary' }) }).openapi('ProbeForm');

/** The schema is only documentation: to validate a form, the library would read all of it into memory. */
const PROBE = createRoute({
  method: 'post',
  path: '/api/probe',
  operationId: 'probe',
  summary: 'Probe an audio file',
  description: 'The service does not keep the file.',
  security: SECURITY,
  request: {
    query: QUERY,
    body: {
      required: true,
      content: {
        'multipart/form-data': { schema: FORM },
      },
    },
  },
  responses: { 200: json(PROBED, 'Properties of the file.'), ...problems(400, 401, 403, 413, 415, 422) },
});

export function probeRoutes({ auth, probes, workspaces, places, formBytes }: ProbeRouteDependencies): Router {
  const router = createRouter();
  router.openAPIRegistry.registerPath(PROBE);
  router.post('/api/probe', bearer(auth), formsInPlaces(places), async (c) => {
    const { loudness, cover } = validated(QUERY, c.req.query());
    const file = await readForm(formRequest(c), formBytes);
    const found = await workspaces.use(async (folder) => {
      const { path } = await saveFormFile(folder, file);
      await file.end();
      const media = mediaJson(await probes.look(path, loudness === 'true', c.req.raw.signal));
      return cover === 'true' ? { ...media, cover: dataUrl(await probes.picture(path)) } : media;
    });
    return c.json(found, 200);
  });
  return router;
}

function dataUrl(picture: Buffer | undefined): string | null {
  const kind = picture && shownKind(picture);
  return picture && kind ? `data:${kind};base64,${picture.toString('base64')}` : null;
}
