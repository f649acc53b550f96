import { createRoute, z } from '@hono/zod-openapi';
import { accepts } from 'hono/accepts';
import type { Auth } from '../../accounts/sessions.ts';
import type { Tasks } from '../../tasks/tasks.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { cueSheet, podcastChapters } from '../chapter-documents.ts';
import { createRouter, type Router } from '../router.ts';
import { CHAPTER } from '../schemas/media.ts';
import { ID, OF } from '../schemas/parameters.ts';
import { problems, textHeader } from '../schemas/responses.ts';

export interface ChapterRouteDependencies {
  auth: Auth;
  tasks: Pick<Tasks, 'media'>;
}

/** Types of the answer; the first is the default. A browser that prefers `text/plain` gets the CUE sheet as such. */
const TYPES = {
  json: 'application/json',
  podcast: 'application/json+chapters',
  cue: 'application/x-cue',
  text: 'text/plain',
} as const;

type Kind = keyof typeof TYPES;

const QUERY = z.object({
  of: OF,
  format: z
    .enum(['json', 'podcast', 'cue'], { error: 'expected json, podcast or cue' })
    .optional()
    .openapi({ description: 'Default: by `Accept`, else json.' }),
});

/** JSON Chapters Format 1.2.0 of the Podcast Namespace. */
const PODCAST = z
  .object({
    version: z.literal('1.2.0'),
    title: z.string().optional(),
    author: z.string().optional(),
    chapters: z.array(
      z.object({
        startTime: z.number().openapi({ description: 'Seconds.' }),
        endTime: z.number().openapi({ description: 'Seconds.' }),
        title: z.string(),
        url: z.string().optional(),
        img: z.string().optional(),
      }),
    ),
  })
  .openapi('PodcastChapters');

const route = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/chapters',
  operationId: 'getChapters',
  summary: 'The chapters of the original or the result',
  description: 'A list, a document for podcasts, or a CUE sheet. Empty if the file has none.',
  security: [{ bearer: [] }],
  request: { params: ID, query: QUERY },
  responses: {
    200: {
      description: 'The chapters.',
      headers: { 'Content-Disposition': textHeader('`attachment`, of a CUE sheet.') },
      content: {
        'application/json': { schema: z.array(CHAPTER) },
        'application/json+chapters': { schema: PODCAST },
        'application/x-cue': { schema: z.string() },
        'text/plain': { schema: z.string() },
      },
    },
    ...problems(400, 401, 403, 404, 409, 410),
  },
});

export function chapterRoutes({ auth, tasks }: ChapterRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/tasks/:id/chapters', bearer(auth));
  router.openapi(route, async (c) => {
    const { of, format } = c.req.valid('query');
    const file = await tasks.media(principalOf(c).userId, c.req.valid('param').id, of);
    const wanted =
      format ?? kindOf(accepts(c, { header: 'Accept', supports: Object.values(TYPES), default: TYPES.json }));
    const headers = { 'Cache-Control': 'private, no-store', Vary: 'Accept' };
    if (wanted === 'json') return c.json([...file.media.chapters], 200, headers);
    if (wanted === 'podcast') {
      return c.body(JSON.stringify(podcastChapters(file)), 200, {
        ...headers,
        'Content-Type': TYPES.podcast,
      });
    }
    const type = `${TYPES[wanted]}; charset=utf-8`;
    return c.body(cueSheet(file), 200, {
      ...headers,
      'Content-Type': type,
      'Content-Disposition': 'attachment',
    });
  });
  return router;
}

function kindOf(type: string): Kind {
  const kinds: readonly Kind[] = ['json', 'podcast', 'cue', 'text'];
  return kinds.find((kind) => TYPES[kind] === type) ?? 'json';
}
