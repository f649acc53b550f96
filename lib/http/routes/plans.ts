import { createRoute, type z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { PlannedConversion, Plans } from '../../conversions/plans.ts';
import type { Places } from '../../runtime/places.ts';
import type { Workspaces } from '../../runtime/working-folders.ts';
import { parseFields } from '../../uploads/form-fields.ts';
import { saveFormFile } from '../../uploads/form-file.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { formsInPlaces } from '../forms-in-places.ts';
import { formRequest, isForm, readForm } from '../multipart-form.ts';
import { createRouter, jsonBody, type Router, validated } from '../router.ts';
import { describedMedia, PLAN, PLAN_FORM, PLAN_REQUEST } from '../schemas/plan.ts';
import { json, problems, SECURITY } from '../schemas/responses.ts';

export interface PlanRouteDependencies {
  auth: Auth;
  plans: Plans;
  workspaces: Workspaces;
  /** Requests at once in this process. */
  places: Places;
  /** Maximum size of one file in a form, in bytes. */
  formBytes: number;
}

/** The schema of the form is only documentation: to validate a form, the library would read all of it into memory. */
const ROUTE = createRoute({
  method: 'post',
  path: '/api/plan',
  operationId: 'plan',
  summary: 'Plan a conversion: size, work, adaptations and cost of the result',
  description:
    'For a file, the original of a task, or media information alone. Nothing is converted or kept. Of a result with a variable bitrate, a few seconds are encoded to find its size; media information alone gives a wide range.',
  security: SECURITY,
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: PLAN_REQUEST,
          example: { taskId: 7, newFormat: 'mp3', options: { bitrate: 128_000 } },
        },
        'multipart/form-data': { schema: PLAN_FORM },
      },
    },
  },
  responses: { 200: json(PLAN, 'The plan.'), ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503) },
});

export function planRoutes({ auth, plans, workspaces, places, formBytes }: PlanRouteDependencies): Router {
  const router = createRouter();
  router.openAPIRegistry.registerPath(ROUTE);
  router.post('/api/plan', bearer(auth), formsInPlaces(places), async (c, next) => {
    if (!isForm(c)) return next();
    const { userId } = principalOf(c);
    const form = await readForm(formRequest(c), formBytes);
    const plan = await workspaces.use(async (folder) => {
      const { path } = await saveFormFile(folder, form);
      return plans.ofFile(userId, path, parseFields(await form.end()), c.req.raw.signal);
    });
    return c.json(planJson(plan), 200);
  });
  router.on('POST', ['/api/plan'], ...jsonBody('application/json or multipart/form-data'), async (c) => {
    const { userId } = principalOf(c);
    const { taskId, media, ...request } = validated(PLAN_REQUEST, await c.req.json());
    const { signal } = c.req.raw;
    const plan =
      taskId !== undefined
        ? await plans.ofTask(userId, taskId, request, signal)
        : await plans.ofMedia(userId, describedMedia(mustHave(media)), request, signal);
    return c.json(planJson(plan), 200);
  });
  return router;
}

function planJson({ adaptations, options, ...plan }: PlannedConversion): z.input<typeof PLAN> {
  return { ...plan, options: { ...options }, adaptations: [...adaptations] };
}

function mustHave<T>(media: T | undefined): T {
  if (media === undefined) throw new TypeError('the schema asks for media or taskId');
  return media;
}
