import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { Probes } from '../../conversions/file-probe.ts';
import { parseJson } from '../../runtime/json-text.ts';
import type { Places } from '../../runtime/places.ts';
import type { Workspaces } from '../../runtime/working-folders.ts';
import { saveFormFile } from '../../uploads/form-file.ts';
import { bearer } from '../bearer-auth.ts';
import { formsInPlaces } from '../forms-in-places.ts';
import { formRequest, readForm } from '../multipart-form.ts';
import { createRouter, type Router, validated } from '../router.ts';
import { json, problems, SECURITY } from '../schemas/responses.ts';
import { SHOWN_RECEIPT } from '../schemas/result.ts';

export interface ReceiptRouteDependencies {
  auth: Auth;
  probes: Pick<Probes, 'verify'>;
  workspaces: Workspaces;
  /** Requests at once in this process. */
  places: Places;
  /** Maximum size of one file in a form, in bytes. */
  formBytes: number;
}

const FORM = z
  .object({ receipt: SHOWN_RECEIPT, audio: z.string().openapi({ format: 'binary' }) })
  .openapi('VerifyForm');

const VALUE = z.union([z.string(), z.number()]);

const VERIFICATION = z
  .object({
    matches: z.boolean().openapi({ description: 'Whether the file is the result of an unchanged receipt.' }),
    is: z.enum(['result', 'original', 'other']).openapi({ description: 'The file, by its bytes.' }),
    differences: z.array(
      z.object({
        property: z.enum(['receipt', 'sha256', 'size', 'md5']),
        expected: VALUE,
        found: VALUE.nullable().openapi({
          description: 'Null for a changed receipt, and for a file without sound that can be decoded.',
        }),
      }),
    ),
  })
  .openapi('Verification');

/** The schema is only documentation: to validate a form, the library would read all of it into memory. */
const VERIFY = createRoute({
  method: 'post',
  path: '/api/verify',
  operationId: 'verify',
  summary: 'Compare a file with the receipt of a result',
  description:
    'The service does not keep the file. A file of other bytes is decoded, to compare its samples.',
  security: SECURITY,
  request: { body: { required: true, content: { 'multipart/form-data': { schema: FORM } } } },
  responses: {
    200: json(VERIFICATION, 'Whether it is that result, and what differs.'),
    ...problems(400, 401, 403, 413, 415, 422, 503),
  },
});

export function receiptRoutes({
  auth,
  probes,
  workspaces,
  places,
  formBytes,
}: ReceiptRouteDependencies): Router {
  const router = createRouter();
  router.openAPIRegistry.registerPath(VERIFY);
  router.post('/api/verify', bearer(auth), formsInPlaces(places), async (c) => {
    const form = await readForm(formRequest(c), formBytes);
    const verification = await workspaces.use(async (folder) => {
      const { path } = await saveFormFile(folder, form);
      const text = (await form.end()).get('receipt') ?? 'null';
      const { receipt } = validated(RECEIVED, { receipt: parseJson(text, 'field receipt', 'receipt') });
      return probes.verify(path, receipt, c.req.raw.signal);
    });
    return c.json(verification, 200);
  });
  return router;
}

const RECEIVED = z.object({ receipt: SHOWN_RECEIPT });
