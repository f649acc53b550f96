import { z } from 'zod';
import { createApp } from '../../lib/app/app.ts';
import { createSite } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { silentLog } from '../../lib/runtime/log.ts';

const OPERATION = z.looseObject({
  operationId: z.string().optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  responses: z.record(z.string(), z.unknown()),
});

const DOCUMENT = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), OPERATION)),
});

type ApiDocument = z.output<typeof DOCUMENT>;

/** The OpenAPI document of all routes, from an app that opens no database and starts no program. */
export async function apiDocument(): Promise<ApiDocument> {
  const app = createApp(loadConfig({ TONEMILL_DATA: '/nowhere' }), silentLog, 'document');
  const site = await createSite(app);
  const answer = await site.request('/openapi.json');
  return DOCUMENT.parse(await answer.json());
}

/** Every operation of a document, as `get /api/tasks`. */
export function operationsOf({ paths }: ApiDocument): [string, z.output<typeof OPERATION>][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, z.output<typeof OPERATION>] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}
