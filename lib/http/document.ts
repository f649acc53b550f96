import { FAILURE_CODES } from '../runtime/errors.ts';
import { SECTION_TAGS, sectionOf } from './document-sections.ts';
import { STATUS } from './problem.ts';
import { createRouter, type Router } from './router.ts';
import { optionParameters } from './schemas/format-options.ts';
import { withFormats } from './schemas/requests-by-format.ts';
import { PROBLEM, problemResponses } from './schemas/responses.ts';

/** The OpenAPI document of all routes of these routers. */
export function apiDocument(groups: readonly Router[]): object {
  const all = createRouter();
  for (const group of groups) all.route('/', group);
  all.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  all.openAPIRegistry.registerComponent('securitySchemes', 'service', {
    type: 'apiKey',
    in: 'header',
    name: 'X-Service-Credential',
  });
  all.openAPIRegistry.register('Problem', PROBLEM);
  for (const [name, response] of problemResponses())
    all.openAPIRegistry.registerComponent('responses', name, response);
  const { components, ...document } = all.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tonemill',
      version: '1',
      description: 'Send audio, name a format, fetch the result.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: [],
    servers: [{ url: '/' }],
    tags: SECTION_TAGS,
  });
  document.paths?.['/api/convert']?.post?.parameters?.push(...optionParameters());
  for (const [path, { get, put, post, patch, delete: remove }] of Object.entries(document.paths ?? {}))
    for (const operation of [get, put, post, patch, remove])
      if (operation) operation.tags = [sectionOf(path)];
  return {
    ...document,
    components: { ...components, schemas: withCodes(withFormats({ ...components?.schemas })) },
  };
}

/**
 * The schemas of errors with the codes that are known today, which /docs/errors lists. An extension holds them and no `enum`,
 * so that a client made from the document does not refuse a code of a later release.
 */
function withCodes(schemas: Record<string, object>): Record<string, object> {
  return {
    ...schemas,
    Problem: { ...schemas.Problem, 'x-codes': STATUS },
    TaskError: { ...schemas.TaskError, 'x-codes': [...FAILURE_CODES] },
  };
}
